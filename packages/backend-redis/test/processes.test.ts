import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { child, linesOf } from '../../backend-json/test/child.ts';
import { commit, created, event, events, taking, versions } from '../../backend-json/test/stage.ts';
import { Keys } from '../src/keys.ts';
import { opened, ownServer } from './stage.ts';

const children = new URL('children/', import.meta.url);

interface Said {
  readonly status: 'held' | 'taken';
  readonly epoch: number;
  readonly appended?: 'ok' | 'conflict' | 'lost-lease';
}

describe.skipIf(!available('redis'))('processes', () => {
  test('of four that take an epoch and append at once, one holds it, and it alone has written', async () => {
    const server = await ownServer();
    const backend = await opened(server.url);
    await created(backend);
    const racers = ['a', 'b', 'c', 'd'].map((token) => child(new URL('racer.ts', children), server.url, token));
    const lines = racers.map(linesOf);
    for (const line of lines) expect(await line.next()).toMatchObject({ value: 'ready' });
    const won = new Set<number>();
    for (let round = 1; round <= 25; round++) {
      for (const racer of racers) racer.stdin?.write(`${round} ${round}\n`);
      const answers = await Promise.all(
        lines.map(async (line) => JSON.parse((await line.next()).value as string) as Said),
      );
      expect(answers.filter(({ status }) => status === 'held')).toEqual([
        { status: 'held', epoch: round + 1, appended: 'ok' },
      ]);
      won.add(answers.findIndex(({ status }) => status === 'held'));
      for (const { status, appended } of answers)
        if (status === 'taken') expect(appended === undefined || appended === 'lost-lease').toBe(true);
    }
    for (const racer of racers) racer.stdin?.end();
    await Promise.all(racers.map((racer) => once(racer, 'exit')));
    expect(won.size).toBeGreaterThan(1);
    expect((await events(backend)).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 26 }, (_, at) => at + 1));
    expect(await backend.check?.()).toEqual([]);
  }, 60_000);

  test('one that was stopped for longer than its lease lives changes nothing once another has taken over', async () => {
    const server = await ownServer();
    const backend = await opened(server.url);
    const first = await created(backend);
    await backend.release('r1', first);
    const owner = child(new URL('owner.ts', children), server.url);
    const lines = linesOf(owner);
    for (let version = 2; version <= 5; version++) expect((await lines.next()).value).toBe(String(version));
    owner.kill('SIGSTOP');
    const over = { ...taking('next', 2), ifExpired: true };
    expect((await backend.acquire('r1', over)).status).toBe('taken');
    // A commit that was on its way when its sender stopped may have renewed the lease; a second one can't be.
    const client = server.client();
    let answer = await backend.acquire('r1', over);
    for (let times = 0; times < 2 && answer.status === 'taken'; times++) {
      await client.hincrby(new Keys('orch').head('r1'), 'touched', -30_001);
      answer = await backend.acquire('r1', over);
    }
    if (answer.status === 'taken') throw new Error(`still held under ${answer.epoch}`);
    const next = answer.fence;
    expect(next.epoch).toBe(3);
    const version = (await versions(backend)).length;
    const mine = commit(next, version, { events: [event(version + 1, 'mine', 3)] });
    expect(await backend.append('r1', mine)).toEqual({ status: 'ok' });
    owner.kill('SIGCONT');
    let said = '';
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) said = line.value;
    expect(said).toBe('lost-lease');
    const all = await events(backend);
    expect(all.map((one) => one.version)).toEqual(Array.from(all, (_, at) => at + 1));
    expect(all.at(-1)).toMatchObject({ message: 'mine', epoch: 3, version: version + 1 });
  }, 60_000);
});
