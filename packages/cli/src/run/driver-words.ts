import type { RunReport } from '@orch/core';
import { formatDateTime, harmless } from '../view/text.ts';

/** Who drives a run, for the end of "Run x is …". */
export function describeDriver({ owner, ownedSince }: Pick<RunReport, 'owner' | 'ownedSince'>): string {
  if (owner === undefined || ownedSince === undefined) return 'driven by another process';
  return `driven by process ${owner.pid} on ${harmless(owner.host)} since ${formatDateTime(ownedSince)}`;
}
