import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryBackend } from '@orch/core';
import { orchError } from '@orch/core/author';
import type { Owner } from '@orch/core/author';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DebugLog } from '../../src/debug/debug-log.ts';
import { describeError } from '../../src/debug/describe-error.ts';
import { safeArguments } from '../../src/debug/safe-arguments.ts';
import { traceBackend, traceHost } from '../../src/debug/trace-parts.ts';
import { traceLongTurns } from '../../src/debug/trace-process.ts';

let folder: string;
let log: DebugLog;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-debug-'));
  log = new DebugLog(folder);
});
afterEach(() => {
  log.close();
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const path = (): string => join(folder, 'debug.log');
const lines = (): Record<string, unknown>[] =>
  readFileSync(path(), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const owner: Owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: 7, startTime: '1' };

describe('the file', () => {
  test('is for its owner only, and holds a line for each call', () => {
    log.write('one', { a: 1 });
    log.write('two', { text: 'a\nb' });
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(lines()).toMatchObject([
      { what: 'one', a: 1, pid: process.pid },
      { what: 'two', text: 'a\nb' },
    ]);
  });

  test('is appended to', () => {
    writeFileSync(path(), '{"what":"before"}\n');
    log.write('after', {});
    expect(lines().map(({ what }) => what)).toEqual(['before', 'after']);
  });

  test('that is a link is not followed', () => {
    writeFileSync(join(folder, 'other'), '');
    symlinkSync('other', path());
    log.write('one', {});
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('');
  });

  test('that cannot be written, and what is no JSON, disturb nobody', () => {
    mkdirSync(path());
    log.write('one', {});
    const other = new DebugLog(join(folder, 'other'));
    const circle: { self?: unknown } = {};
    circle.self = circle;
    other.write('circle', circle);
    other.write('after', {});
    other.close();
    expect(readFileSync(join(folder, 'other', 'debug.log'), 'utf8')).toMatch(/^\{.*"what":"after"\}\n$/);
  });
});

describe('the calls', () => {
  test('of a backend: who takes, commits, renews and lets go, without a word of what was said', async () => {
    const backend = traceBackend(memoryBackend(), log);
    await backend.open();
    const summary = { runId: 'r', workflow: 'w', status: 'running', version: 1 } as never;
    const event = { type: 'warning', message: 'a secret', version: 1, at: 1, epoch: 1 } as const;
    const taking = { owner, token: 'first', ttlMs: 30_000 };
    const created = await backend.create('r', { ...taking, events: [event], summary });
    if (created.status !== 'created') throw new Error(created.status);
    const { fence } = created;
    const events = [{ ...event, version: 2, type: 'phase.adopted', phase: 'p', attempt: 3, part: 'main' } as const];
    await backend.append('r', { expectedVersion: 1, fence, events, summary, flush: true });
    await backend.acquire('r', { ...taking, token: 'second' });
    await backend.renew('r', fence, 30_000);
    await backend.release('r', fence);
    await expect(backend.acquire('none', taking)).rejects.toThrow('none');
    expect(lines()).toMatchObject([
      { what: 'open', backend: 'memory' },
      { what: 'create', run: 'r', status: 'created', events: ['warning'] },
      { what: 'append', run: 'r', status: 'ok', version: 2, epoch: 1, flush: true, events: ['phase.adopted p#3'] },
      { what: 'acquire', run: 'r', status: 'taken', by: '7 on h in n', epoch: 1, expired: false },
      { what: 'renew', run: 'r', epoch: 1, held: true },
      { what: 'release', run: 'r', epoch: 1 },
      { what: 'acquire failed' },
    ]);
    for (const { ms } of lines()) expect(ms).toEqual(expect.any(Number));
    expect(lines()[2]?.['bytes']).toBe(JSON.stringify(events).length);
    expect(readFileSync(path(), 'utf8')).not.toContain('a secret');
  });

  test('of a host, which answers at once as before', () => {
    const host = traceHost({ owner, look: () => 'dead', end: () => Promise.resolve(true) }, log);
    expect(host.owner).toBe(owner);
    expect(host.look(owner)).toBe('dead');
    expect(lines()).toMatchObject([{ what: 'look', owner: '7 on h in n', seen: 'dead' }]);
  });

  test.each([
    ['an error', new Error('no luck'), 'no luck'],
    ['what has no words', Object.create(null) as unknown, 'an object that has no words'],
  ])('fail with what they threw: %s', async (_name, thrown, error) => {
    const end = (): Promise<boolean> => Promise.reject(thrown as Error);
    const host = traceHost({ owner, look: () => 'dead', end }, log);
    await expect(host.end(owner)).rejects.toBe(thrown);
    expect(lines().at(-1)).toMatchObject({ what: 'end failed', error });
  });
});

test('a turn of the event loop over a second is written, with the attempts under way', () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  traceLongTurns(log, new Set(['build#1']));
  for (const turnMs of [250, 1_250, 1_251, 250]) {
    now += turnMs;
    vi.advanceTimersByTime(250);
  }
  expect(lines()).toMatchObject([{ what: 'long turn', ms: 1_001, executing: ['build#1'] }]);
});

describe('errors', () => {
  test('have their stack, and those of their causes', () => {
    const { stack } = describeError(new Error('outer', { cause: new Error('inner') }));
    expect(stack).toMatch(/^Error: outer\n +at [^]*caused by: Error: inner\n +at /);
    expect(describeError('a word')).toEqual({ stack: 'a word' });
    expect(describeError(Object.create(null))).toEqual({ stack: 'an object that has no words' });
    const damaged = orchError({ code: 'ORCH_JOURNAL_DAMAGED', message: 'x' });
    expect(describeError(damaged)).toMatchObject({
      code: 'ORCH_JOURNAL_DAMAGED',
      stack: expect.stringContaining('at '),
    });
  });

  test('of usage do not repeat the command line', () => {
    const error = orchError({ code: 'ORCH_CLI_USAGE', message: "Unknown option '--password=x'." });
    expect(describeError(error)).toEqual({ code: 'ORCH_CLI_USAGE' });
  });
});

describe('the command line', () => {
  test.each([
    ['execute plan.json --run-id one --json', 'execute plan.json --run-id one --json'],
    ['execute plan.json --state-dir=/s --concurrency 2', 'execute plan.json --state-dir=/s --concurrency 2'],
    ['cancel one --message why', 'cancel one --message …'],
    ['cancel --message=why one', 'cancel --message=… one'],
    ['execute --take-over plan.json -f x', 'execute --take-over plan.json -f x'],
    ['execute plan.json --input token=x', 'execute plan.json --input …'],
    ['execute --input -token a plan.json', 'execute --input … a plan.json'],
    [
      'execute --fail-fast plan.json --only a --skip=b --until c',
      'execute --fail-fast plan.json --only a --skip=b --until c',
    ],
    ['recover --all --inputs in.json', 'recover --all --inputs in.json'],
    ['recover --plan new.json one', 'recover --plan new.json one'],
    ['execute plan.json token=x', 'execute plan.json token=…'],
    ['execute --state-dir a=b plan.json', 'execute --state-dir a=b plan.json'],
    ['execute --input=token=x --backend redis://u:p@h', 'execute --input=… --backend …'],
  ])('%s', (given, shown) => {
    expect(safeArguments(given.split(' ')).join(' ')).toBe(shown);
  });
});
