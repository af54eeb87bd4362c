import { Composer, Lexer, Parser, type CST, type Document } from 'yaml';
import { characterAt, maxDepth, overLimit, tooDeep, type TextProblem } from '../plan-format.ts';
import { syntaxProblem } from './syntax-words.ts';

export interface ReadDocument {
  /** Absent: there is none in the text. */
  readonly document?: Document.Parsed;
  /** Where a second document begins. */
  readonly second?: number;
}

/**
 * Pieces of YAML, as blanks, keys and marks are. The tree of a text takes some 200 bytes for each, which its size alone
 * does not tell.
 */
const maxPieces = 2_000_000;

/** Characters of a text in quotes: the library puts it together one by one, thirty bytes each. */
const maxQuoted = 16_000_000;

/** Goes before what is no text in quotes, whatever it begins with. */
const plainText = '\u001f';

/** The first document of a text. Depth is seen while it is read: the library recurs over what it reads. */
export function readDocument(text: string): ReadDocument | { readonly problem: TextProblem } {
  const refused = controlCharacter(text);
  if (refused !== undefined) return { problem: refused };
  const read = readPieces(text);
  if ('problem' in read) return read;
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    // Looks at each pair of keys.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: Document.Parsed[] = [];
  for (const token of read.tokens) documents.push(...composer.next(token));
  documents.push(...composer.end());
  const [document] = documents;
  if (document === undefined) return {};
  const problem = syntaxProblem(text, document);
  if (problem !== undefined) return { problem };
  return read.second === undefined ? { document } : { document, second: read.second };
}

/** The tokens of the first document, and where a second one begins. */
function readPieces(
  text: string,
): { readonly tokens: readonly CST.Token[]; readonly second?: number } | { readonly problem: TextProblem } {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let second: number | undefined;
  const take = (token: CST.Token): void => {
    if (token.type === 'document' && tokens.some(({ type }) => type === 'document')) second ??= token.offset;
    if (second === undefined) tokens.push(token);
  };
  let pieces = 0;
  let before = '';
  for (const piece of new Lexer().lex(text)) {
    if (++pieces > maxPieces) return { problem: tooMany(parser.offset) };
    if (before !== plainText && isQuoted(piece)) {
      if (isUnclosed(piece)) return { problem: unclosed(parser.offset) };
      if (piece.length > maxQuoted) return { problem: tooLong(parser.offset) };
    }
    for (const token of parser.next(piece)) take(token);
    // Beside collections there are the document and a text.
    if (parser.stack.length > maxDepth && depthOf(parser.stack) > maxDepth)
      return { problem: tooDeep(characterAt(parser.stack.findLast(isCollection)?.offset ?? parser.offset)) };
    before = piece;
  }
  for (const token of parser.end()) take(token);
  return { tokens, ...(second === undefined ? {} : { second }) };
}

function depthOf(stack: readonly CST.Token[]): number {
  return stack.filter(isCollection).length;
}

function isCollection({ type }: CST.Token): boolean {
  return type === 'block-map' || type === 'block-seq' || type === 'flow-collection';
}

function isQuoted(piece: string): boolean {
  return piece.startsWith('"') || piece.startsWith("'");
}

/** A piece in quotes ends with the one that closes it, or nothing does. */
function isUnclosed(piece: string): boolean {
  const [quote] = piece;
  let from = piece.length - 1;
  if (quote === "'") {
    while (from > 0 && piece[from] === quote) from--;
    // Two of them stand for one: an odd number closes.
    return (piece.length - 1 - from) % 2 === 0;
  }
  if (from === 0 || piece[from] !== quote) return true;
  while (piece[from - 1] === '\\') from--;
  return (piece.length - 1 - from) % 2 === 1;
}

function unclosed(offset: number): TextProblem {
  return {
    code: 'ORCH_PLAN_SYNTAX',
    message: 'This text has no closing quote.',
    hint: 'Close it; where it goes on in the next line, indent that line.',
    ...characterAt(offset),
  };
}

function tooMany(offset: number): TextProblem {
  return overLimit(characterAt(offset), {
    message: `A plan in YAML has at most ${maxPieces} words and marks, some 65,000 phases.`,
    hint: 'Write it as JSON, which takes a tenth of the memory, or split it into several plans.',
  });
}

function tooLong(offset: number): TextProblem {
  return overLimit(characterAt(offset), {
    message: `A text in quotes has at most ${maxQuoted / 1_000_000} million characters in YAML.`,
    hint: 'Put it into a file of its own, which a command reads.',
  });
}

/** Characters that YAML has in escapes only, and the line end of old Macs, which only some readers take for one. */
const forbidden = /(?![\t\n\r\u0085])\p{Cc}|[\ufffe\uffff]|\r(?!\n)/u;

function controlCharacter(text: string): TextProblem | undefined {
  const found = forbidden.exec(text);
  if (found === null) return undefined;
  const at = { code: 'ORCH_PLAN_SYNTAX' as const, ...characterAt(found.index) };
  if (found[0] === '\r')
    return {
      ...at,
      message: 'A carriage return alone ends no line.',
      hint: 'Save it with line ends of Unix or Windows.',
    };
  const code = found[0].charCodeAt(0).toString(16).padStart(4, '0');
  return {
    ...at,
    message: found[0] === '\0' ? 'There is a NUL byte here.' : 'There is a control character here.',
    hint: `Is the file damaged, or not text? In double quotes it is written \\u${code}.`,
  };
}
