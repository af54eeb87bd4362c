import { Orchestrator, workflow } from '@orch/core';
import { isOrchError, systemClock } from '@orch/core/author';
import type { Backend } from '@orch/core/author';
import { manualClock } from '@orch/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { commit, created, versions } from '../../backend-json/test/stage.ts';
import { redisBackend } from '../src/index.ts';
import { makeRedisBackend } from '../src/redis-backend.ts';
import { readSettings } from '../src/settings.ts';
import { opened, ownProxy, ownServer, refuseWarning } from './stage.ts';

function unavailable(message: RegExp): object {
  return expect.objectContaining({ code: 'ORCH_BACKEND_UNAVAILABLE', message: expect.stringMatching(message) });
}

/** Moves the clock on until the call is settled; what runs between is real input and output. */
async function after<Result>(clock: ReturnType<typeof manualClock>, call: Promise<Result>): Promise<Result> {
  let isSettled = false;
  const settled = call.finally(() => (isSettled = true));
  settled.catch(() => undefined);
  while (!isSettled) {
    await new Promise(setImmediate);
    await clock.advanceToNext();
  }
  return settled;
}

describe.skipIf(!available('redis'))('a server that goes away', () => {
  test('killed and started again: calls wait for it, and nothing acknowledged is lost', async () => {
    const server = await ownServer();
    const backend = await opened(server.url, { warn: () => undefined });
    const fence = await created(backend);
    for (let version = 1; version <= 20; version++) {
      const sent = version % 5 === 0 ? server.kill() : undefined;
      const append = backend.append('r1', commit(fence, version));
      await sent;
      if (sent !== undefined) await server.restart();
      expect(await append).toEqual({ status: 'ok' });
    }
    expect(await versions(backend)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1));
    expect(await backend.check?.()).toEqual([]);
  });

  test('away for longer than reconnectMs: the call is refused, the next one asks once, and all goes on when it is back', async () => {
    const server = await ownServer();
    const clock = manualClock();
    const warnings: string[] = [];
    const warn = (message: string): void => void warnings.push(message);
    const backend = makeRedisBackend(readSettings(server.url, { warn }), clock);
    await backend.open();
    onTestFinished(() => backend.close());
    const fence = await created(backend);
    await server.kill();
    const startedAt = clock.monotonic();
    const lostAt = clock.now();
    await expect(after(clock, backend.append('r1', commit(fence, 1)))).rejects.toEqual(
      unavailable(/^Redis 7\S+ at 127\.0\.0\.1:\d+\/0 can't be reached: connect ECONNREFUSED/),
    );
    expect(clock.monotonic() - startedAt).toBe(60_000);
    await expect(backend.append('r1', commit(fence, 1))).rejects.toEqual(unavailable(/ECONNREFUSED/));
    expect(clock.monotonic() - startedAt).toBe(60_000);
    const away = new RegExp(
      `^Redis 7\\S+ at 127\\.0\\.0\\.1:${server.port}/0 has been away since ${new Date(lostAt).toISOString()}: waiting up to 60 s\\. `,
    );
    expect(warnings).toEqual([expect.stringMatching(away)]);
    await server.restart();
    expect(await backend.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
    expect(await versions(backend)).toEqual([1, 2]);
    expect(warnings.slice(1)).toEqual([expect.stringMatching(/^Redis 7\S+ at \S+ is back$/)]);
  });

  test('a connection that the first try brings back is no outage', async () => {
    const server = await ownServer();
    const backend = await opened(server.url, { warn: refuseWarning });
    const fence = await created(backend);
    for (let version = 1; version <= 3; version++) {
      await server.client().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      expect(await backend.append('r1', commit(fence, version))).toEqual({ status: 'ok' });
    }
  });

  test('a connection that breaks at each call is given up after reconnectMs', async () => {
    const server = await ownServer();
    const proxy = await ownProxy(server);
    const clock = manualClock();
    const backend = makeRedisBackend(readSettings(proxy.url, {}), clock);
    await backend.open();
    onTestFinished(() => backend.close());
    await created(backend);
    proxy.eatReplyTo('evalsha', Infinity);
    await expect(after(clock, backend.holder('r1'))).rejects.toEqual(unavailable(/can't be reached/));
    expect(proxy.eaten).toBeGreaterThan(5);
  });

  test('one that says nothing any more is taken for gone, and asked again', async () => {
    const server = await ownServer();
    const proxy = await ownProxy(server);
    const backend = makeRedisBackend({ ...readSettings(proxy.url, {}), silenceMs: 50 }, systemClock);
    await backend.open();
    onTestFinished(() => backend.close());
    const fence = await created(backend);
    process.kill(server.pid, 'SIGSTOP');
    const append = backend.append('r1', commit(fence, 1));
    // The connection that fell silent, and another one that never began to speak.
    while (proxy.connections < 3) await new Promise(setImmediate);
    process.kill(server.pid, 'SIGCONT');
    expect(await append).toEqual({ status: 'ok' });
    expect(await versions(backend)).toEqual([1, 2]);
  });

  test('one that became a replica is waited for until it takes writes again; open refuses it', async () => {
    const server = await ownServer();
    const backend = await opened(server.url, { warn: () => undefined });
    const fence = await created(backend);
    const client = server.client();
    await client.replicaof('127.0.0.1', 1);
    const append = backend.append('r1', commit(fence, 1));
    while (!(await client.info('errorstats')).includes('READONLY')) await new Promise(setImmediate);
    await expect(redisBackend(server.url).open()).rejects.toEqual(unavailable(/it is a replica/));
    await client.replicaof('NO', 'ONE');
    expect(await append).toEqual({ status: 'ok' });
    expect(await versions(backend)).toEqual([1, 2]);
  });

  test('close ends the wait of a call', async () => {
    const server = await ownServer();
    const clock = manualClock();
    const backend = makeRedisBackend(readSettings(server.url, {}), clock);
    await backend.open();
    const fence = await created(backend);
    await server.kill();
    const append = backend.append('r1', commit(fence, 1));
    append.catch(() => undefined);
    while (clock.pending === 0) await new Promise(setImmediate);
    await backend.close();
    await expect(append).rejects.toMatchObject({ code: 'ORCH_BACKEND_CLOSED' });
  });

  test('open asks once', async () => {
    const server = await ownServer();
    await server.kill();
    const backend = redisBackend(server.url);
    await expect(backend.open()).rejects.toEqual(unavailable(/^Redis at 127\.0\.0\.1:\d+\/0 can't be reached/));
    await expect(backend.holder('r1')).rejects.toMatchObject({ code: 'ORCH_BACKEND_CLOSED' });
  });

  test('scripts that the server has forgotten are sent again', async () => {
    const server = await ownServer();
    const backend = await opened(server.url);
    const fence = await created(backend);
    for (let version = 1; version <= 3; version++) {
      await server.client().script('FLUSH');
      expect(await backend.append('r1', commit(fence, version))).toEqual({ status: 'ok' });
    }
    expect(await versions(backend)).toEqual([1, 2, 3, 4]);
  });

  test('killed in the middle of a run: the run goes on when the server is back, each phase once', async () => {
    const server = await ownServer();
    const ran: string[] = [];
    const chain = workflow('chain')
      .phase('a', { run: () => void ran.push('a') })
      .phase('b', {
        dependsOn: ['a'],
        async run() {
          ran.push('b');
          await server.kill();
        },
      })
      .phase('c', { dependsOn: ['b'], run: () => void ran.push('c') });
    const orch = new Orchestrator({ backend: redisBackend(server.url) });
    onTestFinished(() => orch.close());
    const outputs = orch.execute(chain, { runId: 'r1' }).outputs();
    while (!ran.includes('b')) await new Promise(setImmediate);
    await server.restart();
    await outputs;
    expect(ran).toEqual(['a', 'b', 'c']);
  });

  test('away for good in the middle of a run: the run stops, and recover goes on where it was', async () => {
    const server = await ownServer();
    const ran: string[] = [];
    const chain = workflow('chain')
      .phase('a', { run: () => void ran.push('a') })
      .phase('b', {
        dependsOn: ['a'],
        async run() {
          ran.push('b');
          if (ran.length === 2) await server.kill();
        },
      });
    const clock = manualClock();
    const orch = new Orchestrator({ backend: makeRedisBackend(readSettings(server.url, {}), clock), clock });
    onTestFinished(() => orch.close());
    const outputs = orch.execute(chain, { runId: 'r1' }).outputs();
    await expect(after(clock, outputs)).rejects.toSatisfy((error) => isOrchError(error, 'ORCH_BACKEND_UNAVAILABLE'));
    await server.restart();
    await after(clock, orch.execute(chain, { runId: 'r1' }).outputs());
    // Its end was not written, and it is told so.
    expect(ran).toEqual(['a', 'b', 'b']);
  });

  test('who waits for a change is told when messages may have been missed', async () => {
    const server = await ownServer();
    const proxy = await ownProxy(server);
    const backend: Backend = await opened(proxy.url);
    await created(backend);
    const changed = backend.changed?.('r1', 1, new AbortController().signal);
    const client = server.client();
    while (((await client.pubsub('NUMSUB', 'orch:{r1}:head'))[1] as number) === 0);
    proxy.shut();
    await changed;
    proxy.open();
    expect(await versions(backend)).toEqual([1]);
  });
});
