import { realpathSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { quote } from '@orch/core/author';
import type { Attempt, AttemptContext, Outcome } from '@orch/core/author';
import { dataVariables, longestArgument } from './attempt-data.ts';
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

/** Prepares the start of a command, or says why there can't be one. Writes the files that a command reads. */
export function prepareLaunch(request: LaunchRequest): Launch | { readonly failure: Outcome } {
  const { context, options } = request;
  const problem = textProblem(request);
  if (problem !== undefined) return { failure: problem };
  const cwd = resolve(context.directory, context.cwd ?? '', options.cwd ?? '');
  const env = environmentOf(request);
  const argv = argvOf(request, { cwd, path: env['PATH'] });
  return 'failure' in argv ? argv : { argv: argv.words, cwd, env };
}

/** What stands where an expression stood may be any text. Says what is wrong without the text: it may be a secret. */
function textProblem({ context, options }: LaunchRequest): Outcome | undefined {
  const { command, cwd, env } = options;
  const nul = 'holds a NUL character, which no process can be given.';
  const words = typeof command === 'string' ? [] : command;
  if (words[0] === '')
    return notStarted('The program of the command is an empty text.', 'See the expression that the list begins with.');
  if (cwd === '')
    return notStarted(
      'The working folder is an empty text.',
      "See the expression in cwd. '.' is the folder of the run.",
    );
  const word = words.findIndex((it) => it.includes('\0'));
  if (word >= 0) return notStarted(`Word ${word + 1} of the command ${nul}`);
  if (`${cwd ?? ''}${context.cwd ?? ''}`.includes('\0')) return notStarted(`The working folder ${nul}`);
  const variable = Object.entries({ ...env, ...context.env }).find((it) => it.join('').includes('\0'));
  return variable === undefined ? undefined : notStarted(`The variable ${quote(variable[0])} ${nul}`);
}

function environmentOf(request: LaunchRequest): Launch['env'] {
  const { attempt, context, options, marker, directory, inherited } = request;
  return {
    ...inherited.env,
    ...options.env,
    ...context.env,
    ORCH_RUN_ID: attempt.runId,
    ORCH_PHASE: attempt.phase,
    ORCH_ATTEMPT: String(attempt.number),
    ORCH_PART: attempt.part,
    ORCH_KEY: context.idempotencyKey,
    ORCH_ARTIFACTS: artifactsFolder(directory, attempt.runId),
    ORCH_LINEAGE: lineageWith(inherited.env['ORCH_LINEAGE'], marker),
    ...dataVariables(request),
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
