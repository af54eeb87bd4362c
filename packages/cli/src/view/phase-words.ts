import { formatMoment, harmless } from './text.ts';

/** Why a phase was skipped, for people. `reason` is a word of the journal, or those of a plugin. */
export function describeSkipped(reason: string, cause: string | undefined): string {
  switch (reason) {
    case 'condition':
      return 'its condition does not hold';
    case 'selection':
    case 'not_selected':
      return 'left out';
    default: {
      const words = wordsOf.get(reason) ?? harmless(reason);
      return cause === undefined ? words : `${words} (${harmless(cause)})`;
    }
  }
}

const wordsOf: ReadonlyMap<string, string> = new Map([
  ['deps_not_met', 'dependency not met'],
  ['nothing_failed', 'nothing failed'],
  ['fail_fast', 'a phase failed before'],
]);

/** Of a phase that waits for a time from outside. */
export function describeWait(retryAt: number, { now, why }: { readonly now: number; readonly why: string }): string {
  return `waiting until ${formatMoment(retryAt, now)} (${why})`;
}

/** Why an attempt failed, in a few words that others may follow: no sentence. */
export function describeFailure(failure: {
  readonly class?: string;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly error?: { readonly message: string; readonly code?: string };
}): string {
  const { error } = failure;
  const saysMore = error?.code === 'ORCH_PHASE_FAIL_WHEN' || error?.code === 'ORCH_PHASE_REPAIR';
  const isExit = failure.class === 'exit' || failure.class === 'rate-limited';
  if (isExit && failure.exitCode !== undefined && !saysMore) return `exit code ${failure.exitCode}`;
  if (failure.class === 'signal' && failure.signal !== undefined && !saysMore) return `signal ${failure.signal}`;
  return error === undefined ? 'failed' : harmless(error.message).replace(/(?<!\.)\.$/, '');
}
