import { systemClock } from '@orch/core/author';
import type { Clock, Executor } from '@orch/core/author';
import { adoptAttempt } from './adopt.ts';
import { checkCommands } from './check-commands.ts';
import { filesOf, inheritedNow, patientClock, subjectOf } from './executor-parts.ts';
import type { ExecutorParts, Inherited } from './executor-parts.ts';
import { systemProcessTable } from './process-table.ts';
import type { ProcessTable } from './process-table.ts';
import { readTail } from './read-tail.ts';
import { runAttempt } from './run-attempt.ts';
import { settleRun } from './settle.ts';
import { sharedSnapshots } from './sweep.ts';
import { inSight } from './system-error.ts';

export interface CommandExecutorOptions {
  /** Absolute. */
  readonly directory: string;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Default: the system's. */
  readonly table?: ProcessTable;
}

/** Carries out phases of kind `command`, as the adoption protocol says: they outlive this process. */
export function commandExecutor({ directory, clock, table = systemProcessTable() }: CommandExecutorOptions): Executor {
  let inherited: Inherited | undefined;
  const parts: ExecutorParts = {
    directory,
    clock: clock ?? systemClock,
    patientClock: clock ?? patientClock,
    table,
    snapshots: sharedSnapshots(table),
    inherited: () => (inherited ??= inheritedNow()),
  };
  return {
    check: (phases) => checkCommands(phases, { cwd: process.cwd(), path: process.env['PATH'] }),
    async settle(runId, knownKeys, options) {
      inherited = inheritedNow();
      await settleRun(parts, runId, { knownKeys, ...options });
    },
    execute: (attempt, context) => inSight(attempt, runAttempt(parts, subjectOf(parts, attempt, context))),
    async adopt(attempt, context) {
      const found = await adoptAttempt(parts, subjectOf(parts, attempt, context), context.otherHost);
      return 'outcome' in found ? { outcome: inSight(attempt, found.outcome) } : found;
    },
    async tail(attempt, maxBytes) {
      return readTail(filesOf(directory, attempt), maxBytes);
    },
  };
}
