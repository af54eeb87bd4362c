/** A piece of JSON text. `word` is a number, a literal, or something that is neither: then `problem` is set. */
export interface Token {
  readonly kind: '{' | '}' | '[' | ']' | ':' | ',' | 'string' | 'word' | 'end';
  readonly offset: number;
  readonly end: number;
  readonly problem?: {
    readonly message: string;
    readonly hint: string;
    readonly offset: number;
    readonly end: number;
  };
}

/** Answers with the next token, from where the last one ended or from another place. */
export type Tokenizer = (from?: number) => Token;

/** Strict JSON (RFC 8259), token by token; after the last comes `end` for ever. Never throws. */
export function tokenizer(text: string): Tokenizer {
  let at = 0;
  return (from = at) => {
    at = from;
    while (isBlank(text.charCodeAt(at))) at++;
    const token = readToken(text, at);
    at = token.end;
    return token;
  };
}

const punctuation = '{}[]:,';
const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function readToken(text: string, offset: number): Token {
  const first = text[offset];
  if (first === undefined) return { kind: 'end', offset, end: offset };
  if (punctuation.includes(first)) return { kind: first as Token['kind'], offset, end: offset + 1 };
  return first === '"' ? readString(text, offset) : readWord(text, offset);
}

function readString(text: string, offset: number): Token {
  let problem: Token['problem'];
  for (let at = offset + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { kind: 'string', offset, end: at + 1, ...(problem === undefined ? {} : { problem }) };
    if (code === 0x0a || code === 0x0d) return unclosed(offset, at);
    if (code < 0x20) problem ??= controlCharacter(code, at);
    else if (code === 0x5c) {
      const escape = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(at, at + 6));
      if (escape === null) problem ??= badEscape(text, at);
      at += escape === null ? 1 : escape[0].length - 1;
    }
  }
  return unclosed(offset, text.length);
}

function unclosed(offset: number, end: number): Token {
  const message = 'This string has no closing quote.';
  return {
    kind: 'string',
    offset,
    end,
    problem: { message, hint: 'A line break in a string is written \\n.', offset, end },
  };
}

function controlCharacter(code: number, at: number): NonNullable<Token['problem']> {
  const written = code === 0x09 ? '\\t' : `\\u${code.toString(16).padStart(4, '0')}`;
  const message = code === 0 ? 'There is a NUL byte in this string.' : 'There is a control character in this string.';
  return { message, hint: `Write ${written}.`, offset: at, end: at + 1 };
}

function badEscape(text: string, at: number): NonNullable<Token['problem']> {
  const escape = text.slice(at, at + (text[at + 1] === 'u' ? 6 : 2));
  const hint =
    'JSON knows \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits; a backslash itself is written \\\\.';
  return {
    message: `${JSON.stringify(escape).slice(1, -1).replaceAll('\\\\', '\\')} is no escape.`,
    hint,
    offset: at,
    end: at + escape.length,
  };
}

function readWord(text: string, offset: number): Token {
  let end = offset + 1;
  while (end < text.length && !isBlank(text.charCodeAt(end)) && !'{}[]:,"'.includes(text[end]!)) end++;
  const found = text.slice(offset, end);
  if (word.test(found)) return { kind: 'word', offset, end };
  return { kind: 'word', offset, end, problem: { ...wordProblem(found), offset, end } };
}

function wordProblem(found: string): { readonly message: string; readonly hint: string } {
  if (/^\/[/*]/.test(found))
    return {
      message: 'JSON has no comments.',
      hint: 'Use a "$comment" key, or let the name of the file end in .jsonc.',
    };
  if (found.startsWith('#'))
    return {
      message: 'JSON has no comments that begin with #.',
      hint: 'Use a "$comment" key, or // in a .jsonc file.',
    };
  if (/^['`\u2018\u201C\u201D]/.test(found))
    return { message: 'JSON strings stand in double quotes, "like this".', hint: 'Replace the quotes.' };
  if (found.startsWith('\0'))
    return { message: 'There is a NUL byte here.', hint: 'Is the file damaged, or not text?' };
  if (/^[+\-.\d]/.test(found))
    return { message: 'This is no JSON number.', hint: 'As in 5, -1, 0.5, 1e3: no leading zeros, + or bare dot.' };
  const literal = { true: 'true', false: 'false', null: 'null', none: 'null', nil: 'null', undefined: 'null' }[
    found.toLowerCase()
  ];
  if (literal !== undefined) return { message: `${found} is not JSON.`, hint: `Write ${literal}.` };
  if (/^[\p{L}_$]/u.test(found))
    return { message: 'Text stands in double quotes, "like this".', hint: 'Put a " before and after it.' };
  return {
    message: 'This character does not belong here.',
    hint: 'Remove it, or put it into a text in double quotes.',
  };
}
