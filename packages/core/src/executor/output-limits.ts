import type { Json } from '../json.ts';

/** Of the output of an attempt, as JSON. What is larger belongs into a file. */
export const maxOutputBytes: number = 2 ** 20;

/** Code that walks an output by recursion must not run out of stack. */
export const maxOutputDepth = 500;

/** Whether an output is nested more than {@link maxOutputDepth} deep. */
export function isTooDeep(value: Json): boolean {
  return isDeeperThan(value, maxOutputDepth);
}

function isDeeperThan(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((inner: Json) => isDeeperThan(inner, depth - 1));
}
