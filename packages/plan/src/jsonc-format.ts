import { createScanner, type JSONScanner, type SyntaxKind } from 'jsonc-parser';
import { parseJson } from './json-format.ts';
import type { PlanFormat, TextProblem } from './plan-format.ts';

/**
 * JSON with comments as editors know it: comments of lines and blocks, and a comma before a closing bracket. All that is
 * replaced by blanks, and what is left is JSON with everything in its place.
 */
export const jsoncFormat: PlanFormat = {
  parse(text) {
    const blanked = blankComments(text);
    return 'problem' in blanked ? blanked : parseJson(blanked.json);
  },
};

// Its enums are constants of the compiler, which Node's own type stripping can't import.
const openBrace: SyntaxKind = 1;
const closeBrace: SyntaxKind = 2;
const openBracket: SyntaxKind = 3;
const closeBracket: SyntaxKind = 4;
const comma: SyntaxKind = 5;
const colon: SyntaxKind = 6;
const lineComment: SyntaxKind = 12;
const blockComment: SyntaxKind = 13;
const lineBreak: SyntaxKind = 14;
const blanks: SyntaxKind = 15;
const end: SyntaxKind = 17;
const unclosedComment: ReturnType<JSONScanner['getTokenError']> = 1;

/** After these, a comma has no value before it. */
const noValue: ReadonlySet<SyntaxKind> = new Set([openBrace, openBracket, comma, colon]);

function blankComments(text: string): { readonly json: string } | { readonly problem: TextProblem } {
  const scanner = createScanner(text);
  const parts: string[] = [];
  let kept = 0;
  const blank = (offset: number, length: number): void => {
    parts.push(
      text.slice(kept, offset),
      text.slice(offset, offset + length).replaceAll(/[^\r\n]+/g, (line) => ' '.repeat(line.length)),
    );
    kept = offset + length;
  };
  let before: SyntaxKind = comma;
  /** A comma after a value, and the comments that stand after it. */
  let pending: { readonly offset: number; readonly comments: (readonly [number, number])[] } | undefined;
  for (let kind = scanner.scan(); kind !== end; kind = scanner.scan()) {
    if (kind === blanks || kind === lineBreak) continue;
    const offset = scanner.getTokenOffset();
    if (kind === lineComment || kind === blockComment) {
      if (scanner.getTokenError() === unclosedComment) return { problem: unclosed(text, offset) };
      if (pending === undefined) blank(offset, scanner.getTokenLength());
      else pending.comments.push([offset, scanner.getTokenLength()]);
      continue;
    }
    if (pending !== undefined) {
      if (kind === closeBrace || kind === closeBracket) blank(pending.offset, 1);
      for (const comment of pending.comments) blank(...comment);
    }
    pending = kind === comma && !noValue.has(before) ? { offset, comments: [] } : undefined;
    before = kind;
  }
  for (const comment of pending?.comments ?? []) blank(...comment);
  return { json: parts.join('') + text.slice(kept) };
}

function unclosed(text: string, offset: number): TextProblem {
  return {
    code: 'ORCH_PLAN_SYNTAX',
    message: 'This comment has no end.',
    hint: 'Close it with */.',
    offset,
    length: text.length - offset,
  };
}
