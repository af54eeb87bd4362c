/**
 * A regular expression as JavaScript reads it: with the flag `u` where that can read it, without it where it can't, since
 * there `\-` and the like are errors that other languages take.
 */
export function compilePattern(source: string): RegExp | undefined {
  return compile(source, 'u') ?? (needsUnicode.test(source) ? undefined : compile(source, ''));
}

/** What means something else without the flag `u`: a property such as `\p{L}`, a code point such as `\u{1F600}`. */
export const needsUnicode: RegExp = /\\[pPu]\{/;

function compile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}
