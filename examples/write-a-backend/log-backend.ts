import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { memoryBackend } from '@orch/core';
import { orchError } from '@orch/core/author';
import type { Backend } from '@orch/core/author';

type Changing = 'create' | 'append' | 'acquire' | 'renew' | 'release' | 'post' | 'delete';

/** A call that may change something: what the log is made of. */
interface Call {
  readonly method: Changing;
  readonly args: readonly unknown[];
  /** Wall time in milliseconds since 1970: leases live by it, in every process that replays the call. */
  readonly at: number;
}

/**
 * Keeps runs as a log of calls, a file each: `<folder>/1`, `<folder>/2` … Every process replays the log into a memory
 * backend, and so all of them come to the same answers. All that it asks of a store is to put something under a name
 * only if the name is free.
 */
export function logBackend(folder: string, now: () => number = Date.now): Backend {
  let at = now();
  let replayed = 0;
  let isOpen = false;
  const memory = memoryBackend({ now: () => at });
  const fileOf = (number: number): string => join(folder, String(number));

  const perform = (text: string): Promise<unknown> => {
    const call = JSON.parse(text) as Call;
    const method = memory[call.method] as (...args: readonly unknown[]) => Promise<unknown>;
    replayed++;
    at = call.at;
    return method(...call.args);
  };
  const replay = async (): Promise<void> => {
    if (!isOpen) throw orchError({ code: 'ORCH_BACKEND_CLOSED', message: 'The log backend is not open.' });
    for (let text; (text = readIfThere(fileOf(replayed + 1))) !== undefined;)
      // What was refused then is refused again: that was an answer to somebody else.
      await perform(text).catch(() => undefined);
    at = now();
  };
  const change = async (method: Changing, args: readonly unknown[]): Promise<unknown> => {
    for (;;) {
      await replay();
      const text = JSON.stringify({ method, args, at } satisfies Call);
      // Where another process had the number first, its call comes first.
      if (putIfFree(fileOf(replayed + 1), text)) return perform(text);
    }
  };
  let turn: Promise<unknown> = Promise.resolve();
  /** One after another: two replays at once would perform a call twice. */
  function inTurn<Answer>(task: () => Promise<unknown>): Promise<Answer> {
    const answer = turn.then(task);
    turn = answer.catch(() => undefined);
    return answer as Promise<Answer>;
  }
  const changing =
    <Method extends Changing>(method: Method) =>
    (...args: Parameters<Backend[Method]>): ReturnType<Backend[Method]> =>
      inTurn(() => change(method, args)) as ReturnType<Backend[Method]>;

  return {
    name: 'log',
    contract: 1,
    async open() {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      isOpen = true;
      await memory.open();
    },
    async close() {
      isOpen = false;
      await memory.close();
    },
    create: changing('create'),
    append: changing('append'),
    acquire: changing('acquire'),
    renew: changing('renew'),
    release: changing('release'),
    post: changing('post'),
    delete: changing('delete'),
    async *read(run, options) {
      await inTurn(replay);
      yield* memory.read(run, options);
    },
    list: (filter, cursor) => inTurn(() => replay().then(() => memory.list(filter, cursor))),
    holder: (run) => inTurn(() => replay().then(() => memory.holder(run))),
    messages: (run) => inTurn(() => replay().then(() => memory.messages(run))),
  };
}

/** Answers `false` where the name is taken. What it put is on stable storage, and was never there in part. */
function putIfFree(file: string, text: string): boolean {
  const temporary = `${file}-${randomUUID()}`;
  try {
    writeFileSync(temporary, `${crc32(text)} ${text}`, { flush: true, mode: 0o600 });
    linkSync(temporary, file);
    flushFolder(join(file, '..'));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw unavailable(error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function flushFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function readIfThere(file: string): string | undefined {
  let stored: string;
  try {
    stored = readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unavailable(error);
  }
  const [, checksum, text = ''] = /^(\d+) (.*)$/s.exec(stored) ?? [];
  if (checksum === String(crc32(text))) return text;
  throw orchError({
    code: 'ORCH_JOURNAL_DAMAGED',
    message: `${file} is not what was written.`,
    hint: 'Restore the folder from a copy.',
  });
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown }).code;
}

function unavailable(cause: unknown): Error {
  const hint = 'See what the file system says, and try again.';
  return orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: 'The log cannot be reached.', hint, cause });
}
