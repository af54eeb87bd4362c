import type { RunEvent } from '@orch/core';
import type { KillMode } from './judge.ts';

type Failed = Extract<RunEvent, { readonly type: 'phase.failed' }>;

/** The failures after which no attempt was to follow. */
export function finalFailures(printed: readonly RunEvent[]): Failed[] {
  return printed.filter((event): event is Failed => event.type === 'phase.failed' && event.retryAt === undefined);
}

/**
 * Whether a run failed by our kills alone: phases lost 20 times in a row, or ended by the SIGKILL that their shell
 * reports as 137. Only where commands are killed; any other failure beside them is a fault.
 */
export function failedByKills(mode: KillMode, printed: readonly RunEvent[]): boolean {
  const failures = finalFailures(printed);
  return (
    mode !== 'orch' &&
    failures.length > 0 &&
    failures.every((event) => event.class === 'interrupted' || event.class === 'signal' || event.exitCode === 137)
  );
}

export function wordsOf({ phase, attempt, error }: Failed): string {
  return `${JSON.stringify(phase)}, attempt ${attempt}: ${error.message}`;
}
