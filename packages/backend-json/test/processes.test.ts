import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import type { Acquired } from '@orch/core/author';
import { expect, test } from 'vitest';
import { linesOf, startProgram } from './programs.ts';
import { created, folder, opened, versions } from './stage.ts';

function child(name: string, ...args: readonly string[]): ChildProcess {
  return startProgram(new URL(`children/${name}.ts`, import.meta.url).pathname, { args });
}

test('of four processes that take an epoch at once, one holds it', async () => {
  const path = folder();
  const backend = await opened(path);
  await created(backend);
  const racers = ['a', 'b', 'c', 'd'].map((token) => child('racer', path, token));
  const lines = racers.map(linesOf);
  for (const line of lines) expect(await line.next()).toMatchObject({ value: 'ready' });
  let epoch = 1;
  for (let round = 1; round <= 25; round++) {
    for (const racer of racers) racer.stdin?.write(`${epoch}\n`);
    const answers = await Promise.all(
      lines.map(async (line) => JSON.parse((await line.next()).value as string) as Acquired),
    );
    const won = answers.filter(({ status }) => status === 'held');
    // Nobody may hold it: a taker that another one overtook has lost. Two never do.
    expect(won.length).toBe(1);
    for (const answer of answers) if (answer.status === 'taken') expect(answer.epoch).toBe(epoch + 1);
    epoch = (await backend.holder('r1'))?.epoch ?? 0;
    expect(epoch).toBe(round + 1);
  }
  for (const racer of racers) racer.stdin?.end();
  await Promise.all(racers.map((racer) => once(racer, 'exit')));
}, 60_000);

test('a writer that is killed thirty times loses nothing that it acknowledged', async () => {
  const path = folder();
  const backend = await opened(path);
  await created(backend);
  let acknowledged = 1;
  for (let kill = 1; kill <= 30; kill++) {
    const writer = child('writer', path, `token-${kill}`);
    const lines = linesOf(writer);
    const before = acknowledged;
    for (let wanted = 1 + ((kill * 7) % 40); wanted > 0; wanted--) acknowledged = Number((await lines.next()).value);
    expect(acknowledged).toBeGreaterThan(before);
    writer.kill('SIGKILL');
    for (let line = await lines.next(); line.done !== true; line = await lines.next())
      acknowledged = Number(line.value);
    const found = await versions(backend);
    expect(found).toEqual(Array.from(found, (_, index) => index + 1));
    expect(found.length).toBeGreaterThanOrEqual(acknowledged);
    // What was written but not acknowledged is history too: the next writer follows on it.
    expect(found.length - acknowledged).toBeLessThanOrEqual(1);
  }
  expect(acknowledged).toBeGreaterThan(300);
}, 120_000);
