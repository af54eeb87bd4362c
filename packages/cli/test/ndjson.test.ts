import { writeFileSync } from 'node:fs';
import type { RunEvent } from '@orch/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FoldedRun } from '../src/run/folded-run.ts';
import { NdjsonStream, asksForNdjson } from '../src/view/ndjson-stream.ts';
import { NdjsonView } from '../src/view/ndjson-view.ts';
import { Playground, until, waitForGo } from './orch-process.ts';
import type { OrchProcess } from './orch-process.ts';
import { Journal } from './run-events.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

interface Line {
  readonly type: string;
  readonly version?: number;
  readonly status?: string;
  readonly exitCode?: number;
  readonly next?: string;
  readonly error?: { readonly code: string };
}

const parsed = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

async function begun(): Promise<OrchProcess> {
  ground.plan([
    { name: 'a', command: 'true' },
    { name: 'b', command: waitForGo, depends_on: ['a'] },
  ]);
  const orch = ground.start(['execute', 'plan.json', '--run-id', 'one', '--output', 'ndjson']);
  await until(
    () => ground.lines('starts').length === 1,
    () => 'the start of b',
  );
  return orch;
}

describe('the last line', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('after %s says how to go on', async (signal, exitCode) => {
    const orch = await begun();
    orch.kill(signal);
    const { code, stdout } = await orch.ended;
    writeFileSync(ground.path('go'), '');
    expect(code).toBe(exitCode);
    const lines = parsed(stdout);
    expect(lines.at(-1)).toEqual({
      type: 'end',
      run: 'one',
      workflow: 'demo',
      version: lines.at(-2)?.version,
      status: 'interrupted',
      exitCode,
      next: 'orch recover one',
    });
    expect(lines.filter(({ type }) => type === 'end')).toHaveLength(1);
  });

  test('is missing where orch was killed: the stream is cut', async () => {
    const orch = await begun();
    orch.kill('SIGKILL');
    const { stdout } = await orch.ended;
    expect(parsed(stdout).map(({ type }) => type)).not.toContain('end');
  });

  test('of a run that another process drives says so', async () => {
    const orch = await begun();
    const { code, stdout } = await ground.orch('recover', 'one', '--output', 'ndjson');
    expect(code).toBe(4);
    expect(parsed(stdout)).toMatchObject([
      { type: 'hello', run: 'one', workflow: 'demo', after: expect.any(Number) },
      { type: 'end', run: 'one', exitCode: 4, error: { code: 'ORCH_RUN_OWNED' } },
    ]);
    writeFileSync(ground.path('go'), '');
    expect((await orch.ended).code).toBe(0);
  });

  test('of one that followed and left: the run goes on', async () => {
    const orch = await begun();
    const follower = ground.start(['watch', 'one', '--output', 'ndjson']);
    await follower.says(/Following it/);
    follower.kill('SIGINT');
    const { code, stdout } = await follower.ended;
    expect(code).toBe(130);
    expect(parsed(stdout).at(-1)).toMatchObject({
      type: 'end',
      status: 'running',
      exitCode: 130,
      next: 'orch watch one',
    });
    writeFileSync(ground.path('go'), '');
    expect((await orch.ended).code).toBe(0);
  });

  test('of a process that follows, and then drives: one stream without a gap', async () => {
    const orch = await begun();
    const second = ground.start(['execute', 'plan.json', '--run-id', 'one', '--output', 'ndjson']);
    await second.says(/Following it/);
    orch.kill('SIGKILL');
    await second.says(/Taking it up/);
    writeFileSync(ground.path('go'), '');
    const { code, stdout } = await second.ended;
    expect(code).toBe(0);
    const [hello, ...rest] = parsed(stdout) as (Line & { readonly after?: number })[];
    const end = rest.pop();
    expect(end).toMatchObject({ type: 'end', status: 'completed', version: rest.at(-1)?.version });
    expect(rest.map(({ version }) => version)).toEqual(rest.map((_, index) => (hello?.after ?? 0) + 1 + index));
    expect(rest.map(({ type }) => type)).toContain('phase.adopted');
  });
});

test.each([
  [['execute', 'p', '--output', 'ndjson'], true],
  [['execute', 'p', '--output=ndjson'], true],
  [['execute', 'ndjson', '--output', 'plain'], false],
  [['execute', '--output'], false],
])('%j asks for it: %s', (args, expected) => {
  expect(asksForNdjson(args)).toBe(expected);
});

/** Takes nothing until it is told to, and then all there is. */
class SlowReader {
  text = '';
  writableLength = 0;
  most = 0;
  #waiting: (() => void)[] = [];
  #isReading = false;

  write(text: string, done: () => void = () => {}): void {
    this.text += text;
    if (this.#isReading) return queueMicrotask(done);
    this.writableLength += text.length;
    this.most = Math.max(this.most, this.writableLength);
    this.#waiting.push(done);
  }

  read(): void {
    this.#isReading = true;
    this.writableLength = 0;
    for (const done of this.#waiting.splice(0)) done();
  }
}

test('what a slow reader has not taken is left to the journal, and comes whole and in order', async () => {
  const journal = new Journal(['a']);
  const run = new FoldedRun('one');
  const reader = new SlowReader();
  const read = async function* (after: number): AsyncIterable<RunEvent> {
    yield* journal.events.slice(after);
  };
  const view = new NdjsonView({ run, read }, new NdjsonStream(() => reader));
  for (let attempt = 1; attempt <= 20_000; attempt++) {
    journal.start('a', attempt);
    journal.complete('a', attempt);
  }
  for (const event of journal.events) {
    run.add(event);
    view.news(event);
  }
  expect(reader.most).toBeLessThan(1_100_000);
  const ended = view.end({ status: 'completed', exitCode: 0 });
  reader.read();
  // What happens while the journal is read comes after it.
  const late = journal.add({ type: 'run.completed' });
  run.add(late);
  view.news(late);
  await ended;
  const lines = parsed(reader.text);
  expect(lines.map(({ type }) => type).filter((type) => type === 'hello' || type === 'end')).toEqual(['hello', 'end']);
  expect(lines.slice(1, -1).map(({ version }) => version)).toEqual(journal.events.map(({ version }) => version));
  expect(lines.at(-1)).toMatchObject({ version: journal.events.length });
});
