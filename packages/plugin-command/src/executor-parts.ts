import { systemClock } from '@orch/core/author';
import type { Attempt, AttemptContext, Clock } from '@orch/core/author';
import { attemptFiles } from './attempt-files.ts';
import type { AttemptFiles } from './attempt-files.ts';
import { printsOutput } from './declared-output.ts';
import { watchIdle } from './idle-watch.ts';
import type { IdleWatch } from './idle-watch.ts';
import { inheritedEnvironment } from './own-variables.ts';
import { readOptions } from './phase-options.ts';
import type { PhaseOptions } from './phase-options.ts';
import type { ProcessTable } from './process-table.ts';
import type { Snapshots } from './sweep.ts';
import { markerOf } from './wrapper.ts';

/** What the executor gets from outside. */
export interface ExecutorParts {
  /** Absolute. */
  readonly directory: string;
  /** For grace and limits: keeps the process alive while something is being ended. */
  readonly clock: Clock;
  /** For polls while a command runs: keeps no process alive. */
  readonly patientClock: Clock;
  readonly table: ProcessTable;
  readonly snapshots: Snapshots;
  /** What commands get from orch, read once a take-up. */
  readonly inherited: () => Inherited;
}

export interface Inherited {
  /** The environment of orch as commands get it: copying `process.env` costs 0.1 ms. */
  readonly env: NodeJS.ProcessEnv;
  /** The umask, as shells write it. To read it, Node sets it for an instant. */
  readonly umask: string;
}

export function inheritedNow(): Inherited {
  return { env: inheritedEnvironment(process.env), umask: process.umask().toString(8).padStart(4, '0') };
}

/** One attempt, and all that is derived from it. */
export interface Subject {
  readonly attempt: Attempt;
  readonly context: AttemptContext;
  readonly options: PhaseOptions;
  readonly files: AttemptFiles;
  readonly marker: string;
  readonly isMarker: (marker: string) => boolean;
}

export function subjectOf({ directory }: ExecutorParts, attempt: Attempt, context: AttemptContext): Subject {
  const marker = markerOf(attempt.runId, attempt.key);
  return {
    attempt,
    context,
    options: readOptions(attempt.options),
    files: filesOf(directory, attempt),
    marker,
    isMarker: (other) => other === marker,
  };
}

export function filesOf(directory: string, { runId, phase, index, number, part, key }: Attempt): AttemptFiles {
  const id = { phase, attempt: number, part, key, ...(index === undefined ? {} : { index }) };
  return attemptFiles(directory, runId, id);
}

/** Watches for the idle timeout of an attempt; `undefined`: it has none. */
export function watchIdleOf(
  { patientClock }: Pick<ExecutorParts, 'patientClock'>,
  subject: Subject,
): IdleWatch | undefined {
  const { attempt, files } = subject;
  const { idleTimeoutMs } = subject.options;
  if (idleTimeoutMs === undefined) return undefined;
  const printed = printsOutput(attempt) ? [files.log, files.stdout] : [files.log];
  return watchIdle(printed, { idleTimeoutMs, clock: patientClock });
}

/** The system's clock, whose timers keep no process alive. */
export const patientClock: Clock = {
  ...systemClock,
  timer(delayMs, wake) {
    const handle = setTimeout(wake, delayMs).unref();
    return () => clearTimeout(handle);
  },
};

/** The first of several signals to be aborted. Close it: long-lived signals would keep it for ever. */
export function firstAborted(...signals: (AbortSignal | undefined)[]): {
  readonly promise: Promise<void>;
  close(): void;
} {
  let notice = (): void => {};
  const promise = new Promise<void>((resolve) => (notice = () => resolve()));
  for (const signal of signals) {
    if (signal?.aborted === true) notice();
    else signal?.addEventListener('abort', notice, { once: true });
  }
  return {
    promise,
    close() {
      for (const signal of signals) signal?.removeEventListener('abort', notice);
    },
  };
}
