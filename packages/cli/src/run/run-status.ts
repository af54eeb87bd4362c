import type { RunStatus } from '@orch/core';

/** Whether a run has come to its end, which may be undone by going on. */
export function hasEnded(status: RunStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** Whether `recover` has something to do: nobody drives the run, and not all of it is completed. */
export function canGoOn(status: RunStatus): boolean {
  return status !== 'running' && status !== 'completed';
}
