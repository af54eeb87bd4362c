/** A text with `${{ … }}` in it: what stands as it is, and the expressions between. */
export type TemplatePart =
  | string
  | { readonly source: string; /** Where it stands in the text, in UTF-16 units. */ readonly at: number };

const opening = '${{';
const closing = '}}';

/** Whether a text needs to be expanded at all. */
export function isTemplate(text: string): boolean {
  return text.includes(opening);
}

/**
 * Splits a text at its `${{ … }}`. An expression ends at the first `}}` that stands neither in a text of its own nor
 * inside braces that it opened.
 */
export function parseTemplate(
  text: string,
): readonly TemplatePart[] | { readonly problem: string; readonly at: number } {
  const parts: TemplatePart[] = [];
  let from = 0;
  for (let at = text.indexOf(opening); at >= 0; at = text.indexOf(opening, from)) {
    const end = endOfExpression(text, at + opening.length);
    if (end === undefined) return { problem: `\`${opening}\` is not closed`, at };
    if (at > from) parts.push(text.slice(from, at));
    const source = text.slice(at + opening.length, end);
    if (source.trim() === '') return { problem: `\`${opening} ${closing}\` has no expression in it`, at };
    parts.push({ source: source.trim(), at });
    from = end + closing.length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function endOfExpression(text: string, from: number): number | undefined {
  let depth = 0;
  let quote: string | undefined;
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (quote !== undefined) {
      if (character === '\\') at++;
      else if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '{') depth++;
    else if (character === '}' && depth > 0) depth--;
    else if (text.startsWith(closing, at)) return at;
  }
  return undefined;
}
