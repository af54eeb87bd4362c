import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Acquired } from '@orch/core/author';
import { expect, test } from 'vitest';
import { linesOf, startProgram } from '../../../test/programs.ts';
import { newFile, opened } from './stage.ts';

function program(name: string, ...args: readonly string[]): ChildProcess {
  return startProgram(fileURLToPath(new URL(`children/${name}.ts`, import.meta.url)), { args });
}

test('of eight processes that take a run over at once, one holds it', async () => {
  const file = newFile();
  const subject = await opened(file);
  await subject.make('r');
  const racers = Array.from({ length: 8 }, (_, index) => program('racer', file, `racer ${index}`));
  const lines = racers.map(linesOf);
  for (const line of lines) expect(await line.next()).toMatchObject({ value: 'ready' });
  for (let epoch = 1; epoch <= 20; epoch++) {
    for (const racer of racers) racer.stdin?.write(`${epoch}\n`);
    const answers = await Promise.all(
      lines.map(async (line) => JSON.parse(String((await line.next()).value)) as Acquired),
    );
    expect(answers.filter(({ status }) => status === 'held').length).toBe(1);
    for (const answer of answers) if (answer.status === 'taken') expect(answer.epoch).toBe(epoch + 1);
    expect((await subject.backend.holder('r'))?.epoch).toBe(epoch + 1);
  }
}, 60_000);

test('eight processes that make a file at once make one, and close it without losing a run', async () => {
  const makers = Array.from({ length: 8 }, (_, index) => program('maker', `run-${index}`));
  const lines = makers.map(linesOf);
  for (const line of lines) expect(await line.next()).toMatchObject({ value: 'ready' });
  for (let round = 1; round <= 10; round++) {
    const file = newFile();
    for (const maker of makers) maker.stdin?.write(`${file}\n`);
    for (const line of lines) expect(await line.next()).toMatchObject({ value: 'created' });
    const subject = await opened(file);
    expect((await subject.backend.list({})).runs.length).toBe(8);
    expect(await subject.check()).toEqual([]);
  }
}, 60_000);

/** What one writer acknowledged, and when. */
interface Written {
  readonly at: readonly bigint[];
  readonly versions: ReadonlyMap<string, number>;
  /** How often it found the file locked. */
  readonly busy: number;
}

async function allOf(lines: AsyncIterator<string>): Promise<Written> {
  const at: bigint[] = [];
  const versions = new Map<string, number>();
  for (let line = await lines.next(); ; line = await lines.next()) {
    const [word = '', number = '', time = ''] = String(line.value).split(' ');
    if (line.done === true) throw new Error('the writer ended before it was done');
    if (word === 'busy') return { at, versions, busy: Number(number) };
    at.push(BigInt(time));
    versions.set(word, Number(number));
  }
}

/** Starts a program that waits, once it holds its runs, until it is told to go. */
async function waitingWriter(...args: readonly string[]): Promise<Writer> {
  const child = program('writers', ...args);
  const lines = linesOf(child);
  expect(await lines.next()).toMatchObject({ value: 'ready' });
  return { child, lines, go: () => void child.stdin?.write('go\n') };
}

interface Writer {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
  readonly go: () => void;
}

test('eight processes write to one file at once, meet its lock, and none hears of it', async () => {
  const file = newFile();
  const subject = await opened(file);
  const runs = Array.from({ length: 16 }, (_, index) => `run-${index}`);
  for (const run of runs) await subject.make(run);
  const last = 100;
  const writers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      waitingWriter(file, `writer ${index}`, String(last), ...runs.slice(2 * index, 2 * index + 2)),
    ),
  );
  for (const writer of writers) writer.go();
  const written = await Promise.all(writers.map(({ lines }) => allOf(lines)));
  for (const { versions } of written) expect([...versions.values()]).toEqual([last, last]);
  for (const run of runs) expect((await subject.versions(run)).length).toBe(last);
  expect(await subject.check()).toEqual([]);
  // All of them wrote at one time, one between the others, and not one after another.
  const whose = written
    .flatMap(({ at }, writer) => at.map((time) => ({ time, writer })))
    .toSorted((one, other) => Number(one.time - other.time));
  const changes = whose.filter(({ writer }, index) => index > 0 && whose[index - 1]?.writer !== writer).length;
  expect(changes).toBeGreaterThan(100);
  const firsts = written.map(({ at }) => at[0]!);
  const lasts = written.map(({ at }) => at.at(-1)!);
  for (const first of firsts) for (const end of lasts) expect(first < end).toBe(true);
  expect(written.reduce((sum, { busy }) => sum + busy, 0)).toBeGreaterThan(0);
}, 60_000);

test('writers that are killed thirty times lose nothing that they acknowledged', async () => {
  const file = newFile();
  const subject = await opened(file);
  const runs = ['a', 'b', 'c'];
  const acknowledged = new Map<string, number>();
  const note = (line: IteratorResult<string>): boolean => {
    if (line.done === true) return false;
    const [run = '', version] = line.value.split(' ');
    acknowledged.set(run, Number(version));
    return true;
  };
  for (const run of runs) await subject.make(run);
  for (let kill = 1; kill <= 30; kill++) {
    const { child: writer, lines, go } = await waitingWriter(file, `writer ${kill}`, 'Infinity', ...runs);
    go();
    for (let wanted = 1 + ((kill * 7) % 40); wanted > 0; wanted--) expect(note(await lines.next())).toBe(true);
    writer.kill('SIGKILL');
    while (note(await lines.next()));
    for (const run of runs) {
      const found = await subject.versions(run);
      expect(found).toEqual(Array.from(found, (_, index) => index + 1));
      const lost = (acknowledged.get(run) ?? 0) - found.length;
      // What was written but not acknowledged is history too.
      expect([0, -1]).toContain(acknowledged.has(run) ? lost : 0);
      acknowledged.set(run, found.length);
    }
  }
  expect(Math.min(...acknowledged.values())).toBeGreaterThan(50);
  expect(await subject.check()).toEqual([]);
}, 120_000);

test('what a killed writer left is there for the next process, which finds no other one', async () => {
  const file = newFile();
  const maker = await opened(file);
  await maker.make('r');
  await maker.close();
  const { child: writer, lines, go } = await waitingWriter(file, 'writer', 'Infinity', 'r');
  go();
  let last = '';
  for (let count = 0; count < 50; count++) last = String((await lines.next()).value);
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  const next = await opened(file);
  expect((await next.versions('r')).length).toBeGreaterThanOrEqual(Number(last.split(' ')[1]));
  expect(await next.check()).toEqual([]);
});
