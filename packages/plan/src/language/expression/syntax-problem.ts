import { quote } from '@orch/core/author';
import { Problem } from './problem.ts';

/** The parser's error, said in our words and with its place. */
export function syntaxProblem(error: unknown, source: string): Problem {
  const { code, range } = error as { readonly code?: unknown; readonly range?: unknown };
  const { start, end } = clamp(range, source);
  return new Problem(say(String(code), source, start, source.slice(start, Math.max(end, start + 1))), start);
}

function clamp(range: unknown, source: string): { readonly start: number; readonly end: number } {
  const { start, end } = (range ?? {}) as { readonly start?: unknown; readonly end?: unknown };
  const from = typeof start === 'number' ? Math.min(Math.max(start, 0), source.length) : 0;
  return { start: from, end: typeof end === 'number' ? Math.min(Math.max(end, from), source.length) : from };
}

function say(code: string, source: string, start: number, found: string): string {
  switch (code) {
    case 'unexpected_character':
    case 'unexpected_token':
    case 'expected_token':
      return sayUnexpected(source, start, found);
    case 'unterminated_string':
    case 'unterminated_triple_quoted_string':
      return 'This text has no closing quote';
    case 'newline_in_string':
      return 'A text in quotes ends on its line: a line break in it is written \\n';
    case 'invalid_number':
    case 'invalid_exponent':
    case 'invalid_integer':
    case 'invalid_hex_integer':
      return 'This is no number';
    case 'reserved_identifier':
      return `${quote(found)} is a reserved word: a key of that name is written ["${found}"]`;
    case 'invalid_macro_argument':
      return 'The first argument names the item, as in list.all(item, item > 0)';
    case 'limit_exceeded':
      return 'The expression is too large or too deeply nested';
    default:
      return /escape|surrogate/.test(code) ? `${quote(found)} is no escape` : 'This can not be read as an expression';
  }
}

const meant: Readonly<Record<string, string>> = {
  '=': 'Two values are compared with ==, not with =',
  '&': '"And" is written &&',
  '|': '"Or" is written ||',
  $: 'Within an expression nothing is marked by $: write inputs.name',
  '#': 'A comment begins with //',
};

function sayUnexpected(source: string, start: number, found: string): string {
  if (source.slice(start).trim() === '') return 'The expression ends too early';
  const known = Object.hasOwn(meant, found.charAt(0)) ? meant[found.charAt(0)] : undefined;
  if (known !== undefined) return known;
  const word = /^\w+/.exec(source.slice(start))?.[0];
  if (word !== undefined && source.slice(0, start).trimEnd().endsWith('.'))
    return `${quote(word)} can not stand after a dot: a key of that name is written ["${word}"]`;
  return `${quote(word ?? String.fromCodePoint(source.codePointAt(start) ?? 0))} does not belong here`;
}
