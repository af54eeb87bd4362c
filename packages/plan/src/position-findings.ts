import type { Finding } from '@orch/core';
import { errorUrl, quote } from '@orch/core/author';
import type { Span } from './locate.ts';
import type { Places, TextProblem } from './plan-format.ts';
import { positionsOf, type Position } from './positions.ts';

/** Where in a plan file something stands. */
export interface Place extends Span, Position {}

/** A finding, with the place of the value or key that it is about. */
export interface PositionedFinding extends Omit<Finding, 'related'>, Place {
  readonly file: string;
  /** The section that explains the code. */
  readonly url: string;
  readonly related?: readonly (NonNullable<Finding['related']>[number] & Place)[];
}

/** Findings about a key; all others are about a value. */
const aboutKeys: ReadonlySet<string> = new Set([
  'ORCH_PLAN_UNKNOWN_KEY',
  'ORCH_PLAN_NOT_SUPPORTED',
  'ORCH_PLAN_TWO_WORKS',
  'ORCH_PLAN_SEQUENTIAL',
]);

/**
 * Adds places to what was found in the value of a well-formed text, in the order of the text.
 * @param repeats whether to add the keys that the text repeats
 * @param problems of the text itself; what else is found at their places comes of them, and one answer is enough
 */
export function positionFindings(
  { text, file, places }: { readonly text: string; readonly file: string; readonly places: Places },
  findings: readonly Finding[],
  { repeats, problems = [] }: { readonly repeats: boolean; readonly problems?: readonly TextProblem[] },
): readonly PositionedFinding[] {
  const { locate, repeated } = places(
    findings.flatMap((it) => [it.path, ...(it.related ?? []).map(({ path }) => path)]),
    { repeats },
  );
  const positionOf = positionsOf(text);
  const place = (span: Span): Place => ({ ...span, ...positionOf(span.offset) });
  const placeOf = (path: Finding['path'], code: string): Place => {
    const { key, value } = locate(path);
    return place(aboutKeys.has(code) ? (key ?? value) : value);
  };
  const positioned = findings.map(({ related, ...finding }): PositionedFinding => ({
    ...finding,
    url: errorUrl(finding.code),
    file,
    ...placeOf(finding.path, finding.code),
    ...(related === undefined ? {} : { related: related.map((it) => ({ ...it, ...placeOf(it.path, finding.code) })) }),
  }));
  const doubled = repeated.map(({ path, key, at, first }): PositionedFinding => ({
    code: 'ORCH_PLAN_DUPLICATE_KEY',
    severity: 'error',
    url: errorUrl('ORCH_PLAN_DUPLICATE_KEY'),
    message: `The key ${quote(key)} stands in this object already.`,
    path,
    hint: 'Keep one of them: which one counts is a matter of the parser.',
    file,
    ...place(at),
    related: [{ message: 'The first one.', path, ...place(first) }],
  }));
  if (problems.length === 0) return inOrder([...positioned, ...doubled]);
  const told = new Set(problems.map(({ offset }) => offset));
  const left = positioned.filter(({ offset }) => !told.has(offset));
  return inOrder([...left, ...doubled, ...problems.map((it) => placed({ file, ...it }, positionOf))]);
}

/** As they stand in the text. */
export function inOrder(findings: readonly PositionedFinding[]): readonly PositionedFinding[] {
  return findings.toSorted((a, b) => a.offset - b.offset);
}

/** A finding about the file as such, or about its text. */
export function findingAt(text: string, finding: TextFinding): PositionedFinding {
  return placed(finding, positionsOf(text));
}

interface TextFinding extends TextProblem {
  readonly file: string;
}

function placed({ related, ...finding }: TextFinding, positionOf: (offset: number) => Position): PositionedFinding {
  return {
    ...finding,
    severity: 'error',
    url: errorUrl(finding.code),
    path: [],
    ...positionOf(finding.offset),
    ...(related === undefined ? {} : { related: related.map((it) => ({ ...it, path: [], ...positionOf(it.offset) })) }),
  };
}
