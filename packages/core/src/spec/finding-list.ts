import type { Finding } from './workflow-spec.ts';

/** Takes findings. An array does too. */
export interface FindingSink {
  push(finding: Finding): unknown;
}

/** Findings of one validation that are told: whoever has more has a generator to mend, not a plan. */
const maxFindings = 10_000;

/** Findings up to a number that memory can bear: 64 MiB of mistakes hold tens of millions. */
export interface FindingList extends FindingSink {
  readonly errorCount: () => number;
  /** With a last one that says how many were left out, if any were. */
  readonly read: () => readonly Finding[];
}

export function findingList(limit: number = maxFindings): FindingList {
  const kept: Finding[] = [];
  let errors = 0;
  let leftOut = 0;
  return {
    push(finding) {
      if (finding.severity === 'error') errors++;
      if (kept.length < limit) kept.push(finding);
      else leftOut++;
    },
    errorCount: () => errors,
    read: () => (leftOut === 0 ? kept : [...kept, tooMany(kept.length, leftOut)]),
  };
}

function tooMany(kept: number, leftOut: number): Finding {
  return {
    code: 'ORCH_PLAN_LIMIT',
    severity: 'error',
    message: `There are ${leftOut} more findings; the first ${kept} are told.`,
    path: [],
    hint: 'Mend what makes the plan rather than the plan.',
  };
}
