import type { Json } from '../json.ts';

/** Deeper values are refused: code that walks them by recursion comes later. */
const maxDepth = 64;

/** A copy of a JSON value, or why it is none. Keys whose value is `undefined` are left out, as `JSON.stringify` does. */
export function copyJson(value: unknown, depth = 0): { readonly value: Json } | { readonly problem: string } {
  if (value === null || typeof value === 'boolean') return { value };
  if (typeof value === 'string')
    // Half of a surrogate pair cannot be written as UTF-8: a command would get another character.
    return value.isWellFormed() ? { value } : { problem: 'holds text that is not well-formed Unicode' };
  if (typeof value === 'number')
    return Number.isFinite(value) ? { value } : { problem: `holds ${value}, which JSON cannot hold` };
  if (typeof value !== 'object') return { problem: `holds a value of type ${typeof value}, which JSON cannot hold` };
  if (depth === maxDepth) return { problem: `is nested more than ${maxDepth} deep` };
  return Array.isArray(value) ? copyList(value, depth) : copyObject(value, depth);
}

function copyList(list: readonly unknown[], depth: number): ReturnType<typeof copyJson> {
  const made: Json[] = [];
  for (const item of list) {
    const copied = copyJson(item, depth + 1);
    if ('problem' in copied) return copied;
    made.push(copied.value);
  }
  return { value: Object.freeze(made) };
}

function copyObject(object: object, depth: number): ReturnType<typeof copyJson> {
  const prototype: unknown = Object.getPrototypeOf(object);
  // An object of another realm has another Object.prototype, whose own prototype is null all the same.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return { problem: 'holds an object of a class, which JSON cannot hold' };
  const made: Record<string, Json> = {};
  for (const [key, item] of Object.entries(object)) {
    if (item === undefined) continue;
    const copied = copyJson(item, depth + 1);
    if ('problem' in copied) return copied;
    // Plain assignment to `__proto__` would change the prototype.
    Object.defineProperty(made, key, { value: copied.value, enumerable: true, configurable: true, writable: true });
  }
  return { value: Object.freeze(made) };
}
