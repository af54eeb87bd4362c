import { createHash } from 'node:crypto';
import { join } from 'node:path';
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
  /** Output: stdout and stderr of the command. */
  readonly log: string;
  /** Claim, pid, marker and exit code: a file of the wrapper, or a folder of a recoverer ("abandoned"). */
  readonly state: string;
  /** The command, where it is too long for an argument. */
  readonly command: string;
  /** That orch began to end it, why and when. */
  readonly stop: string;
}

/**
 * Where an attempt's output stands: `<directory>/runs/<run>/attempts/<slug>.<attempt>.<first 8 of the key>.log`.
 * `directory` is the one of `commandPlugin`. The file exists from the start of the attempt.
 */
export function attemptLogPath(directory: string, runId: string, attempt: AttemptFileId): string {
  return filesAt(join(attemptsFolder(directory, runId), prefixOf(attempt))).log;
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
  return { log: `${prefix}.log`, state: `${prefix}.state`, command: `${prefix}.command`, stop: `${prefix}.stop` };
}

/** What the name of a file tells of its attempt. */
export interface AttemptOnDisk {
  readonly prefix: string;
  /** The beginning of its key. */
  readonly shortKey: string;
}

/** `undefined`: the name is no attempt's. */
export function readFileName(name: string): AttemptOnDisk | undefined {
  const match = /^(.+\.\d+(?:-repair)?\.([^.]+))\.(?:log|state|command|stop)$/.exec(name);
  const [, prefix, key] = match ?? [];
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
  return `${words === '' ? 'phase' : words}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
