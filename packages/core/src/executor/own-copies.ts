import { dictionary } from '../json.ts';
import type { Json } from '../json.ts';

// Code of somebody else's that changes what it is handed, as by sorting a list in place, must not change what others see,
// nor what the engine goes by: the journal would say something else.

/** The same value, to be changed at will. */
export function ownCopy<Value extends Json | undefined>(value: Value): Value {
  return typeof value === 'object' && value !== null ? (JSON.parse(JSON.stringify(value)) as Value) : value;
}

/** The same fields. Only what is nested in them has to be copied deep, and in most there is nothing. */
export function withOwnFields<Fields extends object>(fields: Fields): Fields {
  const copies = { ...fields };
  for (const name in copies) copies[name] = ownCopy(copies[name] as Json) as Fields[typeof name];
  return copies;
}

/** The same values, each copied when it is first read: what is not read costs nothing. */
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
    const copy = ownCopy(value);
    Object.defineProperty(copies, name, { value: copy, enumerable: true, configurable: true, writable: true });
    return copy;
  };
}
