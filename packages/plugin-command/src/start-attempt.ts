import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Outcome } from '@orch/core/author';
import type { AttemptFiles } from './attempt-files.ts';
import { printsOutput } from './declared-output.ts';
import { prepareLaunch, startProblem } from './launch.ts';
import type { LaunchRequest } from './launch.ts';
import { notStarted } from './outcomes.ts';
import { codeOf, isUnwritable, unwritable } from './system-error.ts';
import { whyNoCommands, wrapper, wrapperShell } from './wrapper.ts';

/** How a wrapper ended, as its parent sees it. */
export interface WrapperEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A wrapper that was started. */
export interface Started {
  readonly pid: number;
  /** Settles when the wrapper has ended. Until then nobody else has its pid. */
  readonly ended: Promise<WrapperEnd>;
}

/**
 * Starts the wrapper of an attempt whose `phase.started` is committed. The folder of the run's attempts exists and is
 * never made here: a deleted run must not come back.
 *
 * Waiting for a child keeps no process alive: the engine does that itself while it drives, and one that let go of the
 * run must be able to end while its commands go on.
 */
export async function startAttempt(request: LaunchRequest): Promise<Started | { readonly failure: Outcome }> {
  const { attempt, files, inherited, marker } = request;
  const impossible = whyNoCommands();
  if (impossible !== undefined) return { failure: notStarted(impossible.message, impossible.hint) };
  const opened: number[] = [];
  try {
    for (const path of printsOutput(attempt) ? [files.log, files.stdout] : [files.log]) {
      try {
        // Opened for appending: a command that truncates its log leaves no hole.
        opened.push(openSync(path, 'ax', 0o600));
      } catch (error) {
        return { failure: logProblem(error, path) };
      }
    }
    const [log, stdout = log] = opened;
    const launch = prepareLaunch(request);
    if ('failure' in launch) return launch;
    try {
      const child = spawn(wrapperShell, ['-c', wrapper, marker, files.state, inherited.umask, ...launch.argv], {
        cwd: launch.cwd,
        env: launch.env,
        detached: true,
        stdio: ['ignore', stdout, log],
      });
      child.unref();
      const { pid } = child;
      if (pid === undefined) return { failure: await failureOf(child, launch) };
      const ended = new Promise<WrapperEnd>((resolve) => {
        child.once('exit', (code, signal) => resolve({ code, signal }));
      });
      return { pid, ended };
    } catch (error) {
      return { failure: startProblem(error, codeOf(error), launch) };
    }
  } catch (error) {
    return { failure: commandProblem(error) };
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

function failureOf(child: ReturnType<typeof spawn>, launch: Parameters<typeof startProblem>[2]): Promise<Outcome> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(startProblem(error, codeOf(error), launch)));
  });
}

function logProblem(error: unknown, log: string): Outcome {
  const code = codeOf(error);
  if (code === 'ENOENT') return notStarted(`The folder of the log ${log} is gone: the run was deleted.`);
  if (code === 'EEXIST') return notStarted(`There is a log ${log} already: this attempt was started before.`);
  if (isUnwritable(error)) throw unwritable(`The log ${log} can't be made`, error);
  return notStarted(`The log ${log} can't be made (${code ?? String(error)}).`);
}

function commandProblem(error: unknown): Outcome {
  if (isUnwritable(error)) throw unwritable('The command could not be prepared', error);
  return notStarted(`The command could not be prepared: ${error instanceof Error ? error.message : String(error)}`);
}

/** What the wrapper's shell said when it could not claim the attempt. */
export function wordsOfRefusal({ log }: AttemptFiles): string {
  try {
    return readFileSync(log, 'utf8').slice(0, 300).trim();
  } catch {
    // The log is gone too.
    return '';
  }
}
