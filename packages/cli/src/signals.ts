import type { RunHandle } from '@orch/core';
import { exitCodes } from './catalogue.ts';
import type { ExitCode } from './catalogue.ts';

const patienceMs = 3_000;

export interface SignalsOptions {
  readonly handle: Pick<RunHandle, 'stop' | 'detach'>;
  /** What is driven: `run bcdf`, `3 runs`. */
  readonly what: string;
  readonly say: (text: string) => void;
  readonly recover: string;
  /** Ends the process: for a run that does not let go in time, and for a terminal that is gone. */
  readonly exit: (code: ExitCode) => void;
}

export interface Signals extends Disposable {
  /** The exit code of the signal that asked the run to stop, if one came. */
  readonly asked: ExitCode | undefined;
}

/**
 * SIGINT and SIGTERM end the commands and keep the run; a second one kills them; a third one does not wait. SIGHUP lets
 * go of the run and leaves its commands alone.
 */
export function listenToSignals({ handle, what, say, recover, exit }: SignalsOptions): Signals {
  let asked: ExitCode | undefined;
  let times = 0;
  const stop = (code: ExitCode): void => {
    asked ??= code;
    times++;
    if (times === 1) say(`Stopping ${what}; once more kills the commands. To go on: ${recover}`);
    else if (times === 2) {
      say(`Killing the commands of ${what}.`);
      setTimeout(() => exit(code), patienceMs).unref();
    } else return exit(code);
    ignoreRejection(handle.stop());
  };
  const hangUp = (): void => {
    say(`Letting go of ${what}; the commands go on. To go on: ${recover}`);
    const leave = (): void => exit(exitCodes.hangup);
    setTimeout(leave, patienceMs);
    handle.detach().then(leave, leave);
  };
  const listeners = [
    ['SIGINT', () => stop(exitCodes.interrupt)],
    ['SIGTERM', () => stop(exitCodes.terminate)],
    ['SIGHUP', hangUp],
  ] as const;
  for (const [name, listener] of listeners) process.on(name, listener);
  return {
    get asked() {
      return asked;
    },
    [Symbol.dispose]() {
      for (const [name, listener] of listeners) process.off(name, listener);
    },
  };
}

/** What is wrong with the run is told by its result. */
function ignoreRejection(promise: Promise<void>): void {
  promise.catch(() => undefined);
}
