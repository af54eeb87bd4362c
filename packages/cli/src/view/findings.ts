import type { PositionedFinding } from '@orch/plan';
import { harmless, shellWord } from './text.ts';

/** Of each kind. A mistake that stands in every phase is understood by then, and what else is wrong must not drown in it. */
const shownOfAKind = 20;

interface Shown {
  /** A finding for people. */
  readonly render: (finding: PositionedFinding) => string;
  /** The plan file, as it was named. */
  readonly path: string;
}

/** Findings for people, a paragraph each. */
export function renderFindings(findings: readonly PositionedFinding[], { render, path }: Shown): readonly string[] {
  const counts = new Map<string, number>();
  const shown = findings.filter(({ code }) => {
    const number = (counts.get(code) ?? 0) + 1;
    counts.set(code, number);
    return number <= shownOfAKind;
  });
  const paragraphs = shown.map((finding) => `${render(finding)}\n`);
  const left = [...counts].filter(([, number]) => number > shownOfAKind);
  if (left.length === 0) return paragraphs;
  const more = left.map(([code, number]) => `${number - shownOfAKind} more ${code}`).join(', ');
  return [...paragraphs, `${more}. All of them: orch validate ${harmless(shellWord(path))} --json\n`];
}
