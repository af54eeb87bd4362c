import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import type { Attempt, AttemptContext, Executor, Json, Outcome } from '@orch/core/author';
import { processOwner } from '@orch/core/node';
import { attemptFiles } from '../src/attempt-files.ts';
import type { AttemptFiles } from '../src/attempt-files.ts';
import { readState } from '../src/attempt-state.ts';
import { commandExecutor } from '../src/command-executor.ts';
import { procTable } from '../src/proc-table.ts';
import { markerOf, wrapper } from '../src/wrapper.ts';

export const table = procTable();
const cleanUps: (() => void)[] = [];
let made = 0;

/** Nothing may be left of a test: no process with a marker of its attempts. */
afterEach(() => {
  const left = table.snapshot().filter(({ markers }) => markers.some((marker) => keys.has(marker)));
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
  keys.clear();
  expect(left).toEqual([]);
});

const keys = new Set<string>();

export interface TrialOptions {
  readonly options?: { readonly [key: string]: Json };
  readonly attempt?: Partial<Attempt>;
  readonly context?: Partial<AttemptContext>;
  readonly directory?: string;
  readonly executor?: Executor;
  /** Default: true. */
  readonly settled?: boolean;
}

/** One attempt, its executor, and the handles of its engine. */
export interface Trial {
  readonly directory: string;
  readonly executor: Executor;
  readonly attempt: Attempt;
  readonly context: AttemptContext;
  readonly files: AttemptFiles;
  readonly marker: string;
  readonly stop: AbortController;
  readonly kill: AbortController;
  readonly warnings: readonly string[];
  execute(): Promise<Outcome>;
  adopt(otherHost?: boolean): Promise<Awaited<ReturnType<NonNullable<Executor['adopt']>>>>;
  log(): string;
  /** Pid of the wrapper, once it has written it. */
  running(): Promise<number>;
}

export function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'orch-command-')));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function trial(command: Json, given: TrialOptions = {}): Promise<Trial> {
  const directory = given.directory ?? emptyFolder();
  const executor = given.executor ?? commandExecutor({ directory });
  const key =
    given.attempt?.key ?? `${process.pid.toString(16)}x${(made++).toString(16)}x${Math.random().toString(16).slice(2)}`;
  const attempt: Attempt = {
    runId: 'run-1',
    workflow: 'flow',
    phase: 'build',
    number: 1,
    part: 'main',
    key,
    owner: processOwner(),
    ...given.attempt,
    options: { command, grace: '2s', ...given.options },
  };
  const marker = markerOf(attempt.runId, key);
  keys.add(marker);
  const stop = new AbortController();
  const kill = new AbortController();
  const warnings: string[] = [];
  const context: AttemptContext = {
    signal: stop.signal,
    kill: kill.signal,
    holds: () => Promise.resolve(true),
    inputs: {},
    secrets: [],
    outputs: {},
    env: {},
    directory,
    idempotencyKey: `${attempt.runId}/${attempt.phase}`,
    log: { info: () => {}, warn: (message) => void warnings.push(message) },
    ...given.context,
  };
  if (given.settled !== false) await executor.settle?.(attempt.runId, new Set([key]));
  const { index, number, ...rest } = attempt;
  const files = attemptFiles(directory, attempt.runId, {
    ...rest,
    attempt: number,
    ...(index === undefined ? {} : { index }),
  });
  return {
    directory,
    executor,
    attempt,
    context,
    files,
    marker,
    stop,
    kill,
    warnings,
    execute: () => executor.execute(attempt, context),
    adopt: (otherHost = false) => executor.adopt!(attempt, { ...context, otherHost }),
    log: () => (existsSync(files.log) ? readFileSync(files.log, 'utf8') : ''),
    running: () => pidOf(files, marker),
  };
}

async function pidOf(files: AttemptFiles, marker: string): Promise<number> {
  return until(() => {
    const state = readState(files.state, (it) => it === marker);
    return state.kind === 'claimed' ? state.pid : undefined;
  });
}

/** Writes the `.state` of an attempt as its wrapper would have. */
export function writeState({ files, marker }: Trial, pid: number, exitCode?: number): void {
  const end = exitCode === undefined ? '' : `exit ${exitCode} ${exitCode}\n`;
  writeFileSync(files.state, `${pid} ${marker}\n${end}`);
}

/** Looks until there is something. */
export async function until<T>(look: () => T | undefined | false, limitMs = 10_000): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not within ${limitMs} ms: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function isAlive(pid: number): boolean {
  return table.snapshot().some((it) => it.pid === pid);
}

export async function outcomeOf(adopted: Awaited<ReturnType<Trial['adopt']>>): Promise<Outcome> {
  if ('gone' in adopted) throw new Error('gone');
  return adopted.outcome;
}

/** Runs until it is opened. */
export const gated = 'echo begin; while [ ! -e go ]; do sleep .02; done; echo end; exit 7';

/** Starts the wrapper as another process of orch would have, and forgets it. */
export function startForeign({ files, marker, directory }: Trial, command: string, before = ''): number {
  const log = { stdio: ['ignore', 'ignore', 'ignore'] as ['ignore', 'ignore', 'ignore'] };
  writeFileSync(files.log, '', { flag: 'a' });
  const args = [
    '-c',
    `${before}exec /bin/sh -c "$0" "$1" "$2" "$(umask)" /bin/sh -c "$3" >>"$4" 2>&1`,
    wrapper,
    marker,
    files.state,
    command,
    files.log,
  ];
  const child = spawn('/bin/sh', args, {
    ...log,
    cwd: directory,
    detached: true,
    env: { ...process.env, ORCH_LINEAGE: `:${marker}:` },
  });
  return child.pid!;
}

export function open(it: Trial): void {
  writeFileSync(join(it.directory, 'go'), '');
}
