import type { Ids } from '@orch/core/author';

/** Ids that are the same in each run of a test: `run-1`, `run-2` … and `id-1`, `id-2` …. */
export function fixedIds(): Ids {
  let runs = 0;
  let words = 0;
  return { runId: () => `run-${++runs}`, random: () => `id-${++words}` };
}
