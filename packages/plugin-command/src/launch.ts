import { realpathSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Attempt, AttemptContext, Outcome } from '@orch/core/author';
import { artifactsFolder } from './attempt-files.ts';
import type { AttemptFiles } from './attempt-files.ts';
import type { Inherited } from './executor-parts.ts';
import { findProgram } from './find-program.ts';
import type { FoundProgram } from './find-program.ts';
import { notStarted } from './outcomes.ts';
import type { PhaseOptions } from './phase-options.ts';
import { plainWords, runsInWrapper } from './plain-words.ts';
import { statsOf } from './stats-of.ts';
import { lineageWith, wrapperShell } from './wrapper.ts';

/** What the wrapper is to run, and where. */
export interface Launch {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LaunchRequest {
  readonly attempt: Attempt;
  readonly context: AttemptContext;
  readonly options: PhaseOptions;
  readonly files: AttemptFiles;
  readonly marker: string;
  readonly directory: string;
  readonly inherited: Inherited;
}

/** MAX_ARG_STRLEN of Linux, less the NUL. */
const longestArgument = 131_071;

/** Prepares the start of a command, or says why there can't be one. Writes the `.command` file of a long command. */
export function prepareLaunch(request: LaunchRequest): Launch | { readonly failure: Outcome } {
  const { context, options } = request;
  const cwd = resolve(context.directory, context.cwd ?? '', options.cwd ?? '');
  const env = environmentOf(request);
  const argv = argvOf(request, { cwd, path: env['PATH'] });
  return 'failure' in argv ? argv : { argv: argv.words, cwd, env };
}

function environmentOf({ attempt, context, options, marker, directory, inherited }: LaunchRequest): Launch['env'] {
  return {
    ...inherited.env,
    ...options.env,
    ...context.env,
    ORCH_RUN_ID: attempt.runId,
    ORCH_PHASE: attempt.phase,
    ORCH_ATTEMPT: String(attempt.number),
    ORCH_KEY: context.idempotencyKey,
    ORCH_ARTIFACTS: artifactsFolder(directory, attempt.runId),
    ORCH_LINEAGE: lineageWith(inherited.env['ORCH_LINEAGE'], marker),
  };
}

type Words = { readonly words: readonly [string, ...string[]] } | { readonly failure: Outcome };
type Place = { readonly cwd: string; readonly path: string | undefined };

function argvOf({ options, files }: LaunchRequest, place: Place): Words {
  const { command, shell } = options;
  if (typeof command !== 'string') {
    const [program, ...args] = command;
    const found = findProgram(program, place);
    return 'path' in found ? { words: [found.path, ...args] } : { failure: noProgram(program, found, place) };
  }
  if (shell === 'sh') {
    const words = wordsForWrapper(command, place);
    if (words !== undefined) return { words };
  }
  const interpreter = shell === 'sh' ? { path: wrapperShell } : findProgram(shell, place);
  if (!('path' in interpreter)) return { failure: noProgram(shell, interpreter, place) };
  if (Buffer.byteLength(command) <= longestArgument) return { words: [interpreter.path, '-c', command] };
  writeFileSync(files.command, command, { flag: 'wx', mode: 0o600 });
  return { words: [interpreter.path, files.command] };
}

/** The words of a plain command, which needs no shell of its own. */
function wordsForWrapper(command: string, { cwd, path }: Place): readonly [string, ...string[]] | undefined {
  const words = plainWords(command);
  if (words === undefined || !isKnownWrapperShell()) return undefined;
  switch (runsInWrapper(words)) {
    case 'builtin':
      return words;
    case 'program':
      // What is not found is left to a shell: it says so in the log, and ends with 127. dash knows `%` in a PATH.
      if (path === undefined || path.includes('%')) return undefined;
      return 'path' in findProgram(words[0], { cwd, path }) ? words : undefined;
    case undefined:
      return undefined;
  }
}

let knownWrapperShell: boolean | undefined;

/** Others (busybox) may run more programs as builtins than those that we know of. */
function isKnownWrapperShell(): boolean {
  knownWrapperShell ??= ['dash', 'bash'].includes(basename(realpathSync(wrapperShell)));
  return knownWrapperShell;
}

function noProgram(program: string, found: FoundProgram & { problem: string }, { cwd, path }: Place): Outcome {
  const name = JSON.stringify(program);
  const isPath = program.includes('/');
  switch (found.problem) {
    case 'not-executable':
      return notStarted(`${name} may not be executed.`, `Make it executable: chmod +x ${program}`);
    case 'is-folder':
      return notStarted(`${name} is a folder, not a program.`);
    default:
      return isPath
        ? notStarted(`There is no program ${name}.`, `Looked for from ${cwd}.`)
        : notStarted(`There is no program ${name}.`, `Looked for in PATH=${path ?? ''}`);
  }
}

/** Why the system refused to start a process, in words. */
export function startProblem(error: unknown, code: string | undefined, { cwd }: Launch): Outcome {
  switch (code) {
    case 'E2BIG':
      return notStarted(
        'The command and its environment are too long for the system.',
        'Arguments and variables together hold 2 MiB, one of them 128 KiB: hand large data over in a file.',
      );
    case 'ENOENT':
    case 'ENOTDIR':
    case 'EACCES':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return cwdProblem(cwd, code) ?? notStarted(`${wrapperShell} could not be started: ${code}.`);
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return notStarted(
        `The system has no room for another process (${code}).`,
        'Lower the concurrency, or raise its limits (ulimit).',
      );
    default:
      return notStarted(`The command could not be started: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function cwdProblem(cwd: string, code: string): Outcome | undefined {
  const stats = statsOf(cwd);
  const folder = `The working folder ${JSON.stringify(cwd)}`;
  if (stats === undefined)
    return notStarted(`${folder} ${code === 'ENOENT' ? 'does not exist' : `can't be entered: ${code}`}.`);
  if (!stats.isDirectory()) return notStarted(`${folder} is not a folder.`);
  return undefined;
}
