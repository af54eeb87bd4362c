import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { linesOf, startProgram } from '../../../test/programs.ts';
import { commit, created, event, events, taking, versions } from '../../backend-json/test/stage.ts';
import { Keys } from '../src/keys.ts';
import { opened, ownServer } from './stage.ts';

const owners = fileURLToPath(new URL('children/owner.ts', import.meta.url));

describe.skipIf(!available('redis'))('processes', () => {
  test('one that was stopped for longer than its lease lives changes nothing once another has taken over', async () => {
    const server = await ownServer();
    const backend = await opened(server.url);
    const first = await created(backend);
    await backend.release('r1', first);
    const owner = startProgram(owners, { args: [server.url] });
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
