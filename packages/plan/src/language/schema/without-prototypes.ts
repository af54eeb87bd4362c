import { dictionary, type Json } from '@orch/core/author';
import { limits } from '../limits.ts';

export class NotJson extends Error {
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[]) {
    super(message);
    this.path = path;
  }
}

/** A copy in which `toString` is a key only where the value has it: zod reads keys that an object inherits. */
export function withoutPrototypes(value: unknown, path: readonly (string | number)[] = []): Json {
  if (path.length > limits.valueDepth) throw new NotJson(`Is nested more than ${limits.valueDepth} levels deep`, []);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item, index) => withoutPrototypes(item, [...path, index]));
  if (typeof value !== 'object') throw new NotJson('Must be JSON', path);
  return dictionary(
    Object.entries(value).map(([key, item]) => [key, withoutPrototypes(item, [...path, key])] as const),
  );
}
