import type { Json } from '@orch/core/author';

/** In the year 5138: a greater number is one of milliseconds, by mistake. */
const latestSeconds = 1e11;

/**
 * The wall time that a value tells, in milliseconds since 1970: RFC 3339 text, or a number of seconds, as the headers of
 * rate limits have it. `undefined`: it tells none (null, an empty text); throws where it can't be one.
 */
export function timeOf(value: Json | undefined): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = msOf(value);
  if (Number.isFinite(ms)) return ms;
  throw new Error(`${JSON.stringify(value)} is no time: RFC 3339 text or seconds since 1970`);
}

function msOf(value: Json): number {
  if (typeof value === 'number') return value < latestSeconds ? value * 1_000 : Number.NaN;
  return typeof value === 'string' ? textMs(value) : Number.NaN;
}

/** With the offset: a time without one is another time on each machine. */
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function textMs(text: string): number {
  return rfc3339.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
}
