import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { memoryBackend } from '@orch/core';
import { isOrchError, notOpen, orchError } from '@orch/core/author';
import type { Backend, ErrorCode, RunFilter, RunPage, UnreadableRun } from '@orch/core/author';

/** Calls that may change a run: what its log is made of. */
type Changing = 'create' | 'append' | 'acquire' | 'renew' | 'release' | 'post' | 'delete';

/**
 * Keeps each run as a log of calls, a file each: `<folder>/<run>@1`, `<folder>/<run>@2` … Every process replays the logs
 * into a memory backend, and so all of them come to the same answers; leases live by the times of calls. All that it
 * asks of a store is to put something under a name only if the name is free.
 */
export function logBackend(folder: string, now: () => number = Date.now): Backend {
  let at = now();
  let isOpen = false;
  const memory = memoryBackend({ now: () => at });
  const replayed = new Map<string, number>();
  const nextFile = (run: string): string => join(folder, `${run}@${(replayed.get(run) ?? 0) + 1}`);
  const perform = (run: string, text: string): Promise<unknown> => {
    const [method, calledAt, ...args] = JSON.parse(text) as [Changing, number, ...unknown[]];
    const call = memory[method] as (run: string, ...args: readonly unknown[]) => Promise<unknown>;
    replayed.set(run, (replayed.get(run) ?? 0) + 1);
    at = calledAt;
    return call(run, ...args);
  };
  const replay = async (run: string): Promise<void> => {
    for (let text; (text = readIfThere(nextFile(run))) !== undefined;)
      // What was refused then is refused again: that was an answer to somebody else.
      await perform(run, text).catch(() => undefined);
    at = now();
  };
  const change = async (method: Changing, run: string, args: readonly unknown[]): Promise<unknown> => {
    for (;;) {
      await replay(run);
      const text = JSON.stringify([method, at, ...args]);
      // Where another process had the number first, its call comes first.
      if (putIfFree(nextFile(run), text)) return perform(run, text);
    }
  };
  const list = async (filter: RunFilter, cursor?: string): Promise<RunPage> => {
    const unreadable = await unreadableOf(folder, memory, replay);
    const page = await memory.list(filter, cursor);
    return cursor === undefined && unreadable.length > 0 ? { ...page, unreadable } : page;
  };
  let turn: Promise<unknown> = Promise.resolve();
  /** One after another: a replay puts the clock back, which no other call may see. */
  function inTurn<Answer>(task: () => Promise<unknown>): Promise<Answer> {
    const answer = turn.then(() => (isOpen ? task() : Promise.reject(notOpen('log'))));
    turn = answer.catch(() => undefined);
    return answer as Promise<Answer>;
  }
  const changing =
    <Method extends Changing>(method: Method) =>
    (run: string, ...args: readonly unknown[]): ReturnType<Backend[Method]> =>
      inTurn(() => change(method, run, args)) as ReturnType<Backend[Method]>;

  return {
    name: 'log',
    contract: 1,
    async open() {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      isOpen = true;
    },
    async close() {
      isOpen = false;
    },
    create: changing('create'),
    append: changing('append'),
    acquire: changing('acquire'),
    renew: changing('renew'),
    release: changing('release'),
    post: changing('post'),
    delete: changing('delete'),
    async *read(run, options) {
      await inTurn(() => replay(run));
      yield* memory.read(run, options);
    },
    list: (filter, cursor) => inTurn(() => list(filter, cursor)),
    holder: (run) => inTurn(() => replay(run).then(() => memory.holder(run))),
    messages: (run) => inTurn(() => replay(run).then(() => memory.messages(run))),
  };
}

/** Has every run replayed; answers with those of which not even the beginning can be. Others are listed as of then. */
async function unreadableOf(folder: string, memory: Backend, replay: (run: string) => Promise<void>) {
  const found: UnreadableRun[] = [];
  const logs = fs.readdirSync(folder).filter((file) => file.endsWith('@1'));
  for (const runId of logs.map((file) => file.slice(0, -2))) {
    const error: unknown = await replay(runId).catch((thrown: unknown) => thrown);
    if (error === undefined) continue;
    if (!isOrchError(error) || !error.code.startsWith('ORCH_JOURNAL_')) throw error;
    await memory.messages(runId).catch(() => found.push({ runId, error }));
  }
  return found;
}

/** Answers `false` where the name is taken. What it put is on stable storage, and was never there in part. */
function putIfFree(file: string, text: string): boolean {
  const temporary = `${file}-${randomUUID()}`;
  try {
    fs.writeFileSync(temporary, `1 ${crc32(text)} ${text}`, { flush: true, mode: 0o600 });
    fs.linkSync(temporary, file);
    flushFolder(dirname(file));
    return true;
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? false : refuse('ORCH_BACKEND_UNAVAILABLE', 'The log cannot be written.', error);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function flushFolder(folder: string): void {
  const descriptor = fs.openSync(folder, 'r');
  fs.fsyncSync(descriptor);
  fs.closeSync(descriptor);
}

function readIfThere(file: string): string | undefined {
  let stored: string;
  try {
    stored = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    return refuse('ORCH_BACKEND_UNAVAILABLE', 'The log cannot be read.', error);
  }
  const [, format, checksum, text = ''] = /^(\d+) (\d+) (.*)$/s.exec(stored) ?? [];
  if (format === '1' && checksum === String(crc32(text))) return text;
  if (Number(format) > 1)
    return refuse('ORCH_JOURNAL_NEWER', `${file} has format ${format}: a later release wrote it.`);
  return refuse('ORCH_JOURNAL_DAMAGED', `${file} is not what was written. Restore the folder from a copy.`);
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

function refuse(code: ErrorCode, message: string, cause?: unknown): never {
  throw orchError({ code, message, cause });
}
