import type { ErrorCode } from '@orch/core';
import type { Locator, Path, Span } from './locate.ts';

/** How plans are written in a text. `planFormat` of read-plan.ts answers with that of a file. */
export interface PlanFormat {
  readonly parse: (text: string) => ParsedText | Unreadable;
}

/** A text of which the value is known. */
export interface ParsedText {
  readonly plan: unknown;
  readonly places: Places;
  /** Whether an object has a key twice. */
  readonly repeats: boolean;
  /** What is well-formed, but nothing that plans take. */
  readonly problems: readonly TextProblem[];
}

/** Says where values stand. Whoever needs no places does not pay for them. */
export type Places = (paths: readonly Path[], options: { readonly repeats: boolean }) => Locator;

/** A text that is not well-formed: nothing after the problem was read. */
export interface Unreadable {
  readonly problem: TextProblem;
}

export interface TextProblem extends Span {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly (Span & { readonly message: string })[];
}

/** Collections inside one another. */
export const maxDepth = 64;

export function tooDeep(at: Span): TextProblem {
  return overLimit(at, {
    message: `The plan is nested more than ${maxDepth} deep.`,
    hint: 'Put deep data into a file of its own, which a command reads.',
  });
}

export function overLimit(at: Span, words: { readonly message: string; readonly hint: string }): TextProblem {
  return { code: 'ORCH_PLAN_LIMIT', ...words, ...at };
}

/** The character at an offset. */
export function characterAt(offset: number): Span {
  return { offset, length: 1 };
}

export function emptyFile(hint: string): TextProblem {
  return { code: 'ORCH_PLAN_SYNTAX', message: 'The file is empty.', hint, offset: 0, length: 0 };
}
