import { dictionary, type Json } from '@orch/core/author';
import { limits } from '../limits.ts';
import { Unanswerable, TooMuch } from './problem.ts';

/** What parts of an expression are worth: JSON, points in time and lengths of time. */
export type Value = string | number | boolean | null | Date | Span | readonly Value[] | Values;

export interface Values {
  readonly [key: string]: Value;
}

/** A length of time. */
export class Span {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

/** What one evaluation may still cost. */
export class Budget {
  #left: number = limits.steps;

  /** For what machines do fast: to copy a text, to look through it. */
  spendText(length: number): void {
    this.spend(length / 16);
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooMuch('The expression takes too many steps on data of this size');
  }
}

export type Kind = 'null' | 'text' | 'number' | 'boolean' | 'list' | 'object' | 'time' | 'duration';

export function kindOf(value: Value): Kind {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'boolean') return typeof value as Kind;
  if (isList(value)) return 'list';
  if (value instanceof Date) return 'time';
  return value instanceof Span ? 'duration' : 'object';
}

/** For messages: they say what kind of value was found, never the value, which may be a secret. */
export function sayKind(value: Value): string {
  const kind = kindOf(value);
  if (kind === 'null') return kind;
  return kind === 'object' ? 'an object' : `a ${kind}`;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value): value is Values {
  return kindOf(value) === 'object';
}

/** Whether two values are the same, all the way down. Values of different kinds are not. */
export function same(left: Value, right: Value, budget: Budget, depth = 0): boolean {
  budget.spend(1);
  if (kindOf(left) !== kindOf(right)) return false;
  if (depth > limits.valueDepth)
    throw new Unanswerable(`Values more than ${limits.valueDepth} levels deep can't be compared`);
  if (typeof left === 'string') budget.spendText(left.length);
  if (isList(left) && isList(right))
    return left.length === right.length && left.every((item, index) => same(item, right[index]!, budget, depth + 1));
  if (isObject(left) && isObject(right)) {
    const keys = keysOf(left);
    budget.spend(keys.length);
    return (
      keys.length === keysOf(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && same(left[key]!, right[key]!, budget, depth + 1))
    );
  }
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime();
  return left instanceof Span && right instanceof Span ? left.ms === right.ms : left === right;
}

/** The keys that have a value. */
export function keysOf(value: Values): string[] {
  return Object.keys(value).filter((key) => value[key] !== undefined);
}

/**
 * A value as JSON: points in time as RFC 3339 text, lengths of time in seconds, as in `"90s"`. What came from outside is
 * JSON already and is given back as it is; only what the expression made can hold times, and that is less deep than it.
 */
export function toJson(value: Value, budget: Budget, depth = 0): Json {
  if (value instanceof Date) return timeText(value);
  if (value instanceof Span) return spanText(value);
  // One text may stand in a list a thousand times.
  if (typeof value === 'string') budget.spendText(value.length);
  if (depth > limits.expressionDepth || value === null || typeof value !== 'object') return value as Json;
  if (isList(value)) {
    budget.spend(value.length);
    const made = value.map((item) => toJson(item, budget, depth + 1));
    return made.some((item, index) => item !== value[index]) ? made : (value as Json);
  }
  const entries = Object.entries(value as Values);
  budget.spend(entries.length);
  const made = entries.map(([key, item]) => [key, toJson(item, budget, depth + 1)] as const);
  return made.some(([, item], index) => item !== entries[index]![1]) ? dictionary(made) : (value as Json);
}

export function timeText(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}

export function spanText(span: Span): string {
  return `${span.ms / 1_000}s`;
}
