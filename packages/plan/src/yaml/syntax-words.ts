import type { Document, YAMLError } from 'yaml';
import type { TextProblem } from '../plan-format.ts';

interface Words {
  readonly message: string;
  readonly hint: string;
}

/**
 * The first place where a text is not well-formed: what the library finds after it comes of it most often. Not: tags and
 * directives, which are well-formed.
 */
export function syntaxProblem(text: string, { errors, warnings }: Document.Parsed): TextProblem | undefined {
  let first: YAMLError | undefined;
  for (const error of [...errors, ...warnings])
    if (!isWellFormed(error) && (first === undefined || error.pos[0] < first.pos[0])) first = error;
  if (first === undefined) return undefined;
  const deeper = first.code === 'BLOCK_AS_IMPLICIT_KEY' ? deeperKey(text, first.pos[0]) : undefined;
  if (deeper !== undefined) return deeper;
  const [found, end] = first.pos;
  // Where a line begins wrongly, the library points before its blanks.
  const offset =
    first.code === 'TAB_AS_INDENT' ? found : found + (/^ */.exec(text.slice(found, end + 1_000))?.[0].length ?? 0);
  return {
    code: 'ORCH_PLAN_SYNTAX',
    ...wordsFor(first, text),
    offset,
    length: Math.min(Math.max(1, end - offset), text.length - offset),
  };
}

/** A key that is deeper than the one before continues its value: the library points at that, and means the key. */
function deeperKey(text: string, start: number): TextProblem | undefined {
  const [value, key = ''] = /^[^\n]*\n\s*([^\n]*)/.exec(text.slice(start, start + 10_000)) ?? [];
  if (value === undefined || /:\s/.test(value.slice(0, value.indexOf('\n'))) || !/:(?:\s|$)/.test(key))
    return undefined;
  return {
    code: 'ORCH_PLAN_SYNTAX',
    message: 'This line is deeper than the key before it, and would be part of its value.',
    hint: sameColumn,
    offset: start + value.length - key.length,
    length: 1,
  };
}

/** Whether YAML allows it: what plans take is another question. */
export function isWellFormed({ code, name }: YAMLError): boolean {
  return name === 'YAMLWarning' && (code === 'TAG_RESOLVE_FAILED' || code === 'BAD_DIRECTIVE');
}

const inQuotes = 'Put the whole text in quotes, as in "echo a: b".';
const sameColumn = 'The keys of an object begin in one column, and so do the items of a list.';
const keyOnALine = 'As in name: build, with a blank after the colon.';

function wordsFor({ code, message, pos: [offset] }: YAMLError, text: string): Words {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: 'A tab indents this line.', hint: 'YAML is indented by blanks: replace it.' };
    case 'BAD_INDENT':
      return badIndent(message);
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
      if (text[offset] === '-') return itemAmongKeys;
      return { message: 'A colon with a blank after it makes a key of this, where no key can stand.', hint: inQuotes };
    case 'MULTILINE_IMPLICIT_KEY':
      if (text[offset] === '-') return itemAmongKeys;
      return { message: 'This is neither a key with its value nor part of the one before.', hint: keyOnALine };
    case 'MISSING_CHAR':
      return missingCharacter(message);
    case 'BAD_SCALAR_START':
      return { message: `A text cannot begin with ${message.slice(-1)} here.`, hint: 'Put it in quotes.' };
    case 'BAD_DQ_ESCAPE':
      return {
        message: 'This is no escape.',
        hint: 'In double quotes a backslash is written \\\\; in single quotes it stands for itself.',
      };
    case 'UNEXPECTED_TOKEN':
      return unexpected(message);
    case 'KEY_OVER_1024_CHARS':
      return {
        message: 'This key has more than 1,024 characters.',
        hint: 'Is the colon part of a text? Put that in quotes.',
      };
    case 'BAD_ALIAS':
    case 'ALIAS_PROPS':
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
    case 'BAD_PROP_ORDER':
      return { message: `${message}.`, hint: 'Text that begins with &, * or ! stands in quotes.' };
    default:
      return { message: `This is not well-formed: ${message}.`, hint: 'Correct it; what comes after it was not read.' };
  }
}

const itemAmongKeys: Words = { message: 'An item of a list stands among the keys of an object.', hint: sameColumn };

function badIndent(message: string): Words {
  const bracket = /end with a ([\]}])/.exec(message)?.[1];
  if (bracket !== undefined)
    return { message: `${bracket} is missing before this.`, hint: 'Close the bracket, or indent what stands in it.' };
  if (message.startsWith('Block scalar'))
    return { message: 'The text of | or > must be indented.', hint: 'By blanks, more than the line with its key.' };
  return { message: 'This line begins in a column of its own.', hint: sameColumn };
}

function missingCharacter(message: string): Words {
  const bracket = /must end with a ([\]}])/.exec(message)?.[1];
  if (bracket !== undefined)
    return { message: `The file ends too early. ${bracket} is missing.`, hint: 'Is it written to the end?' };
  if (message.startsWith('Missing ,')) return { message: 'A comma is missing before this.', hint: 'Or a quote is.' };
  if (message.startsWith('Sequence item'))
    return {
      message: 'This stands where an item of a list must.',
      hint: `Begin it with "- ", or indent it right. ${sameColumn}`,
    };
  if (message.startsWith('Comments'))
    return { message: 'A blank must stand before a comment.', hint: 'If # is part of the text, put that in quotes.' };
  if (message.startsWith('Implicit map keys'))
    return { message: 'A key must be followed by a colon here.', hint: keyOnALine };
  return { message: `${message}.`, hint: 'Correct it; what comes after it was not read.' };
}

function unexpected(message: string): Words {
  if (message.includes('-end token'))
    return { message: 'This bracket closes nothing.', hint: 'Remove it, or open one before it.' };
  if (message.includes('at node end') || message.includes('in YAML stream'))
    return { message: 'The value before this has ended.', hint: 'If both are one text, put all of it in quotes.' };
  if (message.startsWith('Unexpected ,'))
    return { message: 'A value is missing before this comma.', hint: 'Remove the comma, or write the value.' };
  if (message.includes('on same line with key'))
    return { message: 'A list cannot begin behind its key.', hint: 'Begin it on the next line, or write [a, b].' };
  if (message.startsWith('Block scalar header'))
    return {
      message: 'Text behind | or > must begin on the next line.',
      hint: 'Only + or - and a digit may stand there.',
    };
  return { message: 'This cannot stand here.', hint: 'If it is part of a text, put that in quotes.' };
}
