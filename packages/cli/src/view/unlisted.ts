import type { UnreadableRun } from '@orch/core';
import { say } from '../streams.ts';
import { harmless } from './text.ts';

/** Where others are looked at, and this one can't even be listed. */
export function sayUnlisted({ runId, error }: UnreadableRun): void {
  say(`warning: run ${harmless(runId)} can't be listed: ${harmless(error.message)}`);
}
