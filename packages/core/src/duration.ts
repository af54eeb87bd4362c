/** A length of time with its unit: `'90s'`, `'5m'`, `'2h'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const pattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** What whole milliseconds can say. */
const maxSeconds = Math.floor(Number.MAX_SAFE_INTEGER / 1_000);

/** Milliseconds of a duration, or `undefined` where the text is none (no unit, negative, not finite). */
export function durationMs(text: string): number | undefined {
  const match = pattern.exec(text);
  const [, amount, unit] = match ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ms = Number(amount) * (unitMs[unit] ?? Number.NaN);
  return Number.isFinite(ms) ? ms : undefined;
}

/**
 * Whole milliseconds of a length of time as plans write it: a number of seconds, or a duration. Rounded up: less than a
 * millisecond is not none. `undefined`: it is no such length, or too long for whole milliseconds.
 */
export function planDurationMs(value: unknown): number | undefined {
  const ms = typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? durationMs(value) : undefined;
  return ms !== undefined && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER ? Math.ceil(ms) : undefined;
}

/** What `planDurationMs` takes, as JSON Schema. `aboveZero`: but for none. */
export function planDurationSchema({ aboveZero = false }: { readonly aboveZero?: boolean } = {}): {
  readonly title: string;
  readonly anyOf: readonly object[];
} {
  const number = aboveZero ? { exclusiveMinimum: 0 } : { minimum: 0 };
  const text = aboveZero ? pattern.source.replace('^', '^(?![0.]+[a-z])') : pattern.source;
  return {
    title: 'seconds, or a duration as in "5s"',
    anyOf: [
      { type: 'number', ...number, maximum: maxSeconds },
      { type: 'string', pattern: text },
    ],
  };
}
