import { dictionary } from '../json.ts';
import type { Json } from '../json.ts';

/**
 * The same values, each copied when it is first read: a function that sorts a list in place must not change what other
 * phases see. What is not read costs nothing.
 */
export function ownCopies(values: { readonly [name: string]: Json }): { readonly [name: string]: Json } {
  const copies = dictionary<Json>();
  for (const name in values) {
    const value = values[name]!;
    if (typeof value !== 'object' || value === null) copies[name] = value;
    else
      Object.defineProperty(copies, name, { enumerable: true, configurable: true, get: copyOnce(copies, name, value) });
  }
  return copies;
}

function copyOnce(copies: object, name: string, value: Json): () => Json {
  return () => {
    const copy = JSON.parse(JSON.stringify(value)) as Json;
    Object.defineProperty(copies, name, { value: copy, enumerable: true, configurable: true, writable: true });
    return copy;
  };
}
