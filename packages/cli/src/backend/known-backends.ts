import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StateFinding } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import { makeFolder } from '@orch/core/node';
import { say } from '../streams.ts';
import { harmless } from '../view/text.ts';
import { parseBackend } from './backend-place.ts';
import type { BackendPlace } from './backend-place.ts';
import { addToBackendsText, readBackendsText } from './backends-file.ts';
import type { BackendsText } from './backends-file.ts';

/** The file beside the runs that says in which other backends there are some. */
const fileName = 'backends.json';
const lookEveryMs = 20;
const mostLooks = 100;

/** The backends that were used with a state folder, oldest first; JSON files in it are always one, and not named. */
export function knownBackends(directory: string, environment?: NodeJS.ProcessEnv): readonly BackendPlace[] {
  const known = readKnown(directory);
  for (const { message } of damageOf(directory, known))
    say(`warning: ${harmless(message)} Runs that are kept elsewhere are found with --backend only.`);
  return placesOf(known, directory, environment);
}

/** What doctor says of the file: damage of it, and backends of this machine that it names and that are not there. */
export function knownBackendFindings(directory: string): readonly StateFinding[] {
  const known = readKnown(directory);
  const missing = placesOf(known, directory).filter(
    ({ kind, address }) => kind !== 'redis' && statSync(address, { throwIfNoEntry: false }) === undefined,
  );
  return [...damageOf(directory, known), ...missing.map((place) => missingFinding(directory, place))];
}

/** Whether every command looks into it without being told. */
export function isKnownBackend(directory: string, { name }: BackendPlace): boolean {
  return name === 'json' || readKnown(directory)?.names.includes(name) === true;
}

/** Remembers that a backend is used with a state folder, so that every command finds its runs. No password is written. */
export async function rememberBackend(directory: string, at: BackendPlace): Promise<void> {
  const { name } = at;
  if (isKnownBackend(directory, at)) return;
  makeStateFolder(directory);
  const file = fileIn(directory);
  const draft = `${file}.new`;
  await claim(draft);
  let isOurs = true;
  try {
    const known = readKnown(directory);
    if (known === undefined) say(`warning: ${harmless(file)} is not what orch wrote: ${name} was not noted in it.`);
    else if (!known.names.includes(name)) {
      writeFlushed(draft, addToBackendsText(known, name));
      renameSync(draft, file);
      // From here on a draft of that name is somebody else's.
      isOurs = false;
      flush(directory);
    }
  } finally {
    if (isOurs) rmSync(draft, { force: true });
  }
}

/** As the JSON backend makes it: for this user only, and nothing for git. */
function makeStateFolder(directory: string): void {
  if (makeFolder(directory)) writeFileSync(join(directory, '.gitignore'), '*\n', { mode: 0o600 });
}

/** Whoever makes the draft may write: no two processes forget what the other noted. One that was killed leaves it behind. */
async function claim(draft: string): Promise<void> {
  for (let look = 1; ; look++) {
    try {
      return writeFileSync(draft, '', { flag: look > mostLooks ? 'w' : 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await wait(lookEveryMs);
    }
  }
}

/** Renamed before it is on the disk, the file could be empty after a power cut. */
function writeFlushed(path: string, text: string): void {
  const file = openSync(path, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function flush(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** `undefined`: the file is not what orch writes, or can't be read. It is left alone then. */
function readKnown(directory: string): BackendsText | undefined {
  let text: string;
  try {
    text = readFileSync(fileIn(directory), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? { names: [], damaged: [], lines: [] } : undefined;
  }
  return readBackendsText(text, (name) => parse(name, directory) !== undefined);
}

function placesOf(
  known: BackendsText | undefined,
  directory: string,
  environment?: NodeJS.ProcessEnv,
): readonly BackendPlace[] {
  const places = known?.names.map((name) => parse(name, directory, environment)) ?? [];
  return places.filter((place) => place !== undefined);
}

function fileIn(directory: string): string {
  return join(directory, fileName);
}

function parse(name: string, directory: string, environment?: NodeJS.ProcessEnv): BackendPlace | undefined {
  try {
    return parseBackend(name, { from: fileName, directory, ...(environment === undefined ? {} : { environment }) });
  } catch (error) {
    if (isOrchError(error, 'ORCH_BACKEND_UNKNOWN')) return undefined;
    throw error;
  }
}

function damageOf(directory: string, known: BackendsText | undefined): readonly StateFinding[] {
  const file = fileIn(directory);
  const finding = (message: string, hint: string, offset = 0): StateFinding => ({
    code: 'ORCH_STATE_BACKENDS',
    severity: 'error',
    file,
    offset,
    message,
    hint: `Runs that are kept elsewhere are found with --backend only. ${hint}`,
  });
  if (known === undefined)
    return [finding(`${file} is not what orch wrote.`, 'Restore it, or remove it and name each backend once more.')];
  return known.damaged.map(({ line, offset }) =>
    finding(
      `${file} is damaged in line ${line}, at byte ${offset}: its check value does not fit, and what it names is not looked for.`,
      'Restore the file, or remove the line and name its backend once more.',
      offset,
    ),
  );
}

function missingFinding(directory: string, { name, address }: BackendPlace): StateFinding {
  const file = fileIn(directory);
  return {
    code: 'ORCH_STATE_BACKENDS',
    severity: 'warning',
    file,
    message: `${file} names ${name}, and ${address} is not there.`,
    hint: 'Restore it from a backup, or move it back: folders of its runs here have no journal without it. If it is given up, remove its line.',
  };
}
