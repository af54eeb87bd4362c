import { tokenizer, type Token } from './tokens.ts';

/** The first place where a text stops being JSON. */
export interface SyntaxProblem {
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
  readonly length: number;
  /** The bracket that is still open. */
  readonly opened?: number;
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or close' | 'end';

/** For a text that `JSON.parse` refuses. Keeps its own stack: no depth overflows it. `undefined`: nothing is wrong. */
export function findSyntaxError(text: string): SyntaxProblem | undefined {
  const next = tokenizer(text);
  const open: Token[] = [];
  let expected: Expected = 'value';
  let before: Token | undefined;
  for (;;) {
    const token = next();
    if (token.kind === 'end' && expected === 'end') return undefined;
    if (token.problem !== undefined && (expected !== 'end' || isComment(text, token))) return problemOf(token);
    const follows = step(expected, token, open);
    if (follows === undefined) return misplaced(expected, token, before, open.at(-1));
    expected = follows;
    before = token;
  }
}

/** What may come after a token that may stand here; `undefined`: it may not. */
function step(expected: Expected, token: Token, open: Token[]): Expected | undefined {
  const { kind } = token;
  switch (expected) {
    case 'key or }':
    case 'key':
      if (kind === 'string') return ':';
      return kind === '}' && expected === 'key or }' ? close(open) : undefined;
    case ':':
      return kind === ':' ? 'value' : undefined;
    case 'value or ]':
    case 'value':
      if (kind === '{' || kind === '[') {
        open.push(token);
        return kind === '{' ? 'key or }' : 'value or ]';
      }
      if (kind === 'string' || kind === 'word') return open.length === 0 ? 'end' : ', or close';
      return kind === ']' && expected === 'value or ]' ? close(open) : undefined;
    case ', or close': {
      const inObject = open.at(-1)?.kind === '{';
      if (kind === ',') return inObject ? 'key' : 'value';
      return kind === (inObject ? '}' : ']') ? close(open) : undefined;
    }
    case 'end':
      return undefined;
  }
}

function close(open: Token[]): Expected {
  open.pop();
  return open.length === 0 ? 'end' : ', or close';
}

function isComment(text: string, { offset }: Token): boolean {
  return text[offset] === '#' || text.startsWith('//', offset) || text.startsWith('/*', offset);
}

function problemOf({ problem }: Token): SyntaxProblem | undefined {
  if (problem === undefined) return undefined;
  const { message, hint, offset, end } = problem;
  return { message, hint, offset, length: end - offset };
}

const member = 'As in {"name": "build"}.';

function misplaced(
  expected: Expected,
  token: Token,
  before: Token | undefined,
  opened: Token | undefined,
): SyntaxProblem {
  const at = { offset: token.offset, length: token.end - token.offset };
  const from = opened === undefined ? {} : { opened: opened.offset };
  if (token.kind === 'end') {
    const missing = opened === undefined ? 'There is no plan in it.' : `${opened.kind === '{' ? '}' : ']'} is missing.`;
    return { ...at, message: `The file ends too early. ${missing}`, hint: 'Is it written to the end?', ...from };
  }
  if (expected === 'end')
    return { ...at, message: 'There is more after the end of the plan.', hint: 'A file holds one plan: one object.' };
  if (before?.kind === ',' && (token.kind === '}' || token.kind === ']'))
    return {
      offset: before.offset,
      length: 1,
      message: 'JSON has no comma before a closing bracket.',
      hint: 'Remove it, or let the name of the file end in .jsonc.',
    };
  switch (expected) {
    case 'key':
    case 'key or }':
      return { ...at, message: 'A key in double quotes must stand here.', hint: member };
    case ':':
      return { ...at, message: 'A colon must stand between a key and its value.', hint: member };
    case ', or close': {
      const closing = opened?.kind === '{' ? '}' : ']';
      const wrong = token.kind === '}' || token.kind === ']' || token.kind === ':';
      if (wrong)
        return {
          ...at,
          message: `${closing} or a comma must stand here, not ${token.kind}.`,
          hint: 'Is a bracket missing before this, or of the wrong kind?',
          ...from,
        };
      return { ...at, message: 'A comma is missing before this.', hint: 'Or a quote is missing before that.' };
    }
    default:
      return {
        ...at,
        message: `A value must stand here, not ${token.kind}.`,
        hint: 'A value begins with ", a digit, - { or [, or is true, false or null.',
      };
  }
}
