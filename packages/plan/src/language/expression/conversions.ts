import { Unanswerable } from './problem.ts';
import { Span, sayKind, type Value } from './values.ts';

/** `double()`: what JSON would read as a number, and numbers. */
export function numberFrom(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (Number.isFinite(number)) return number;
    throw new Unanswerable('double() is given a text that is no number');
  }
  throw new Unanswerable(`double() makes no number of ${sayKind(value)}`);
}

/** `int()`: drops what stands after the point; of a point in time the seconds since 1970. */
export function wholeFrom(value: Value): number {
  if (value instanceof Date) return Math.floor(value.getTime() / 1_000);
  if (typeof value === 'string' && !/^[+-]?\d+$/.test(value))
    throw new Unanswerable('int() is given a text that is no whole number');
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Unanswerable(`int() makes no number of ${sayKind(value)}`);
  const whole = Math.trunc(Number(value));
  if (!Number.isSafeInteger(whole)) throw new Unanswerable('int() is given a number beyond 2^53 - 1');
  return whole;
}

/** `timestamp()`: RFC 3339 text, or seconds since 1970 as rate limits tell them. */
export function timeFrom(value: Value): Date {
  if (value instanceof Date) return value;
  if (typeof value === 'number') return time(value * 1_000);
  if (typeof value !== 'string') throw new Unanswerable(`timestamp() makes no time of ${sayKind(value)}`);
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/.exec(value);
  const ms = match === null ? Number.NaN : Date.parse(value.toUpperCase());
  if (Number.isNaN(ms) || !isDay(Number(match![1]), Number(match![2]), Number(match![3])))
    throw new Unanswerable('timestamp() is given a text that is no time as in 2026-01-31T12:00:00Z');
  return time(ms);
}

/** JavaScript reads 30 February as 2 March. */
function isDay(year: number, month: number, day: number): boolean {
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

const firstMs = Date.parse('0001-01-01T00:00:00Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

/** A point in time. Throws where no calendar of four-digit years has it. */
export function time(ms: number): Date {
  const whole = Math.round(ms);
  if (whole >= firstMs && whole <= lastMs) return new Date(whole);
  throw new Unanswerable('A time lies before the year 1 or after the year 9999');
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `duration()`: `"90s"`, `"1.5h"`, `"1h30m"`, as CEL writes them; with `d` as plans do. */
export function durationFrom(value: Value): Span {
  if (value instanceof Span) return value;
  if (typeof value !== 'string') throw new Unanswerable(`duration() makes no duration of ${sayKind(value)}`);
  if (value.length > 100 || !/^[+-]?(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(value))
    throw new Unanswerable('duration() is given a text that is no duration as in 90s, 5m or 1h30m');
  let ms = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) ms += Number(amount) * unitMs[unit!]!;
  return span(value.startsWith('-') ? -ms : ms);
}

/** A length of time. Throws where it can't be counted in milliseconds. */
export function span(ms: number): Span {
  const whole = Math.round(ms);
  if (Number.isSafeInteger(whole)) return new Span(whole);
  throw new Unanswerable('A duration is longer than 285,000 years');
}
