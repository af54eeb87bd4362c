import { join } from 'node:path';
import { sha256 } from '@orch/core/node';
import { shortKey } from './wrapper.ts';

/** What names the files of an attempt. */
export interface AttemptFileId {
  readonly phase: string;
  /** Of an instance of a `for_each` phase. */
  readonly index?: number;
  /** The number of the attempt in its run. */
  readonly attempt: number;
  readonly part: 'main' | 'repair';
  /** As `phase.started` says it. */
  readonly key: string;
}

/** The files of one attempt. They are deleted only together with the whole folder of the run. */
export interface AttemptFiles {
  /** What the command prints: stdout and stderr, or stderr alone where stdout is its output. */
  readonly log: string;
  /** Its stdout, where the phase declares that its output stands there. */
  readonly stdout: string;
  /** Where the command writes its output, where the phase declares one in a file. */
  readonly output: string;
  /** The inputs of the run but the secret ones. */
  readonly inputs: string;
  /** The outputs of the phases that it depends on. */
  readonly outputs: string;
  /** Of a repair: the output of the failed attempt. */
  readonly failedOutput: string;
  /** Claim, pid, marker and exit code: a file of the wrapper, or a folder of a recoverer ("abandoned"). */
  readonly state: string;
  /** The command, where it is too long for an argument. */
  readonly command: string;
  /** That orch began to end it, why and when. */
  readonly stop: string;
}

const endings = {
  log: 'log',
  stdout: 'stdout',
  output: 'output',
  inputs: 'inputs',
  outputs: 'outputs',
  failedOutput: 'failed-output',
  state: 'state',
  command: 'command',
  stop: 'stop',
} as const satisfies Record<keyof AttemptFiles, string>;

/**
 * Where stands what an attempt printed: `<directory>/runs/<run>/attempts/<slug>.<attempt>.<first 8 of the key>.log`.
 * `directory` is the one of `commandPlugin`. The file exists from the start of the attempt.
 */
export function attemptLogPath(directory: string, runId: string, attempt: AttemptFileId): string {
  return filesAt(join(attemptsFolder(directory, runId), prefixOf(attempt))).log;
}

/**
 * Where the stdout of an attempt stands whose phase declares that its output is there: beside its log, which then has
 * stderr alone. Other attempts have no such file.
 */
export function attemptStdoutPath(directory: string, runId: string, attempt: AttemptFileId): string {
  return filesAt(join(attemptsFolder(directory, runId), prefixOf(attempt))).stdout;
}

export function attemptsFolder(directory: string, runId: string): string {
  return join(directory, 'runs', runId, 'attempts');
}

export function artifactsFolder(directory: string, runId: string): string {
  return join(directory, 'runs', runId, 'artifacts');
}

export function attemptFiles(directory: string, runId: string, attempt: AttemptFileId): AttemptFiles {
  return filesAt(join(attemptsFolder(directory, runId), prefixOf(attempt)));
}

export function filesAt(prefix: string): AttemptFiles {
  const paths = Object.entries(endings).map(([file, ending]) => [file, `${prefix}.${ending}`]);
  return Object.fromEntries(paths) as Record<keyof AttemptFiles, string>;
}

/** What the name of a file tells of its attempt. */
export interface AttemptOnDisk {
  readonly prefix: string;
  /** The beginning of its key. */
  readonly shortKey: string;
}

const fileName = new RegExp(String.raw`^(.+\.\d+(?:-repair)?\.([^.]+))\.(?:${Object.values(endings).join('|')})$`);

/** `undefined`: the name is no attempt's. */
export function readFileName(name: string): AttemptOnDisk | undefined {
  const [, prefix, key] = fileName.exec(name) ?? [];
  return prefix === undefined || key === undefined ? undefined : { prefix, shortKey: key };
}

function prefixOf({ phase, index, attempt, part, key }: AttemptFileId): string {
  const instance = index === undefined ? '' : `-${index}`;
  return `${slugOf(phase)}${instance}.${attempt}${part === 'repair' ? '-repair' : ''}.${shortKey(key)}`;
}

const safeName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

/** A short name for files, made of any text: what can't be shown is told apart by a hash. */
function slugOf(name: string): string {
  if (safeName.test(name)) return name;
  const words = name
    .replaceAll(/[^A-Za-z0-9_]+/g, '-')
    .slice(0, 30)
    .replaceAll(/^-|-$/g, '');
  return `${words === '' ? 'phase' : words}-${sha256(name).slice(0, 8)}`;
}
