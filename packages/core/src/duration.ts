/** A length of time with its unit: `'90s'`, `'5m'`, `'2h'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration, or `undefined` where the text is none (no unit, negative, not finite). */
export function durationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  const [, amount, unit] = match ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  const ms = Number(amount) * (unitMs[unit] ?? Number.NaN);
  return Number.isFinite(ms) ? ms : undefined;
}
