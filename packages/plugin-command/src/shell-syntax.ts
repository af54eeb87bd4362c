import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename, dirname } from 'node:path';
import { isSelfContained } from './self-contained.ts';

export interface ShellText {
  readonly shell: string;
  readonly text: string;
}

/** Shells whose `-n` reads a text without running it. */
const checkingShells: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash', 'ksh', 'mksh', 'zsh']);
/** Those of them whose grammar is known well enough to check texts together. */
const joiningShells: ReadonlySet<string> = new Set(['sh', 'ash', 'bash', 'dash']);

/** Where a shell stands that may be asked. A file beside the plan is not run to see whether the plan is right. */
const systemFolders: ReadonlySet<string> = new Set(['/bin', '/usr/bin', '/usr/local/bin']);

/** Whoever has more has a generator to mend; each costs a few processes to find. */
export const maxRefused = 100;

/** Of one `-c` argument; Linux takes 131,071 bytes. */
const maxJointBytes = 100_000;

/**
 * What shells say against texts, asked with `-n`, up to `maxRefused`. Texts that are complete in themselves are checked
 * many at once, and one by one only where that fails; a text of a shell that can't be asked is left alone.
 */
export async function syntaxErrors<T extends ShellText>(
  texts: readonly T[],
): Promise<readonly (T & { readonly message: string })[]> {
  const checks: (() => Promise<(T & { message: string })[]>)[] = [];
  for (const [shell, ofShell] of Map.groupBy(texts, (it) => it.shell)) {
    const name = basename(shell);
    if (!checkingShells.has(name) || !(shell === name || systemFolders.has(dirname(shell)))) continue;
    const { joint = [], single = [] } = Object.groupBy(ofShell, ({ text }) =>
      joiningShells.has(name) && isSelfContained(text) ? 'joint' : 'single',
    );
    for (const chunk of chunksOf(joint)) checks.push(() => checkJointly(shell, chunk));
    for (const it of single) checks.push(() => checkOne(shell, it));
  }
  return (await inLanes(checks)).slice(0, maxRefused);
}

/**
 * Checks texts together: accepted together means accepted each. Each stands between brackets, once round and once
 * curly. A text that is complete in itself but for its brackets and keywords (see `isSelfContained`) and that is not
 * accepted alone either closes a bracket that is not its own, and fails where the other kind stands around it; or
 * leaves something open, and then the closing bracket of the one or the other kind does not fit.
 */
async function checkJointly<T extends ShellText>(
  shell: string,
  chunk: readonly T[],
): Promise<(T & { message: string })[]> {
  const [only, ...others] = chunk;
  if (only === undefined) return [];
  if (others.length === 0) return checkOne(shell, only);
  const round = await refusal(shell, chunk.map(({ text }) => `(\n${text}\n)\n`).join(''));
  const curly = round ?? (await refusal(shell, chunk.map(({ text }) => `{\n${text}\n}\n`).join('')));
  if (curly === undefined) return [];
  const half = chunk.length >> 1;
  const first = await checkJointly(shell, chunk.slice(0, half));
  return first.length >= maxRefused ? first : [...first, ...(await checkJointly(shell, chunk.slice(half)))];
}

async function checkOne<T extends ShellText>(shell: string, it: T): Promise<(T & { message: string })[]> {
  const message = await refusal(shell, it.text);
  return message === undefined ? [] : [{ ...it, message }];
}

/** What the shell says against a text; `undefined`: nothing, or there is no such shell. */
function refusal(shell: string, text: string): Promise<string | undefined> {
  const isShort = Buffer.byteLength(text) <= maxJointBytes;
  return new Promise((resolve, reject) => {
    const child = execFile(
      shell === 'sh' ? '/bin/sh' : shell,
      isShort ? ['-n', '-c', text] : ['-n'],
      { maxBuffer: 2 ** 24, timeout: 30_000, killSignal: 'SIGKILL' },
      (error, _stdout, stderr) => {
        if (error === null || error.code === 'ENOENT') resolve(undefined);
        else if (typeof error.code === 'number') resolve(wordsOf(stderr, shell));
        else reject(error);
      },
    );
    // A shell that has found its error does not read on.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(isShort ? '' : text);
  });
}

/** The shell's first line, without its own name and the number of the line that `-c` counts. */
function wordsOf(stderr: string, shell: string): string {
  const [line = ''] = stderr.split('\n');
  const words = line.replace(/^\S+: (?:-c: )?(?:line )?(?:\d+: )?/, '').trim();
  return words === '' ? `${shell} -n fails` : words.slice(0, 300);
}

function* chunksOf<T extends ShellText>(texts: readonly T[]): Iterable<readonly T[]> {
  let chunk: T[] = [];
  let bytes = 0;
  for (const it of texts) {
    const size = Buffer.byteLength(it.text) + 8;
    if (bytes + size > maxJointBytes && chunk.length > 0) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(it);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

/** A few at once, until there are enough; the findings in the order of the checks. */
async function inLanes<T>(checks: readonly (() => Promise<readonly T[]>)[]): Promise<readonly T[]> {
  const answers: (readonly T[])[] = [];
  let next = 0;
  let found = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < checks.length && found < maxRefused; at = next++) {
      answers[at] = await checks[at]!();
      found += answers[at]!.length;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return answers.flat();
}
