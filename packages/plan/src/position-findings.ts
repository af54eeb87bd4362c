import type { Finding } from '@orch/core';
import { errorUrl, quote } from '@orch/core/author';
import { locator, type Span } from './locate.ts';
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
 */
export function positionFindings(
  { text, file }: { readonly text: string; readonly file: string },
  findings: readonly Finding[],
  { repeats }: { readonly repeats: boolean },
): readonly PositionedFinding[] {
  const { locate, repeated } = locator(
    text,
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
  return inOrder([...positioned, ...doubled]);
}

/** As they stand in the text. */
export function inOrder(findings: readonly PositionedFinding[]): readonly PositionedFinding[] {
  return findings.toSorted((a, b) => a.offset - b.offset);
}

/** A finding about the file as such, or about text that is not JSON. */
export function findingAt(
  text: string,
  finding: Omit<PositionedFinding, keyof Position | 'path' | 'severity' | 'related' | 'url'> & {
    readonly related?: readonly (Span & { readonly message: string })[];
  },
): PositionedFinding {
  const positionOf = positionsOf(text);
  const { related, ...rest } = finding;
  return {
    ...rest,
    severity: 'error',
    url: errorUrl(finding.code),
    path: [],
    ...positionOf(finding.offset),
    ...(related === undefined ? {} : { related: related.map((it) => ({ ...it, path: [], ...positionOf(it.offset) })) }),
  };
}
