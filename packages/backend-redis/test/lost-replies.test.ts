import type { Backend, Fence } from '@orch/core/author';
import { describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { commit, created, event, held, summary, taking, versions } from '../../backend-json/test/stage.ts';
import {
  acquireScript,
  appendScript,
  createScript,
  deleteScript,
  postScript,
  readOnScript,
  readScript,
  releaseScript,
  renewScript,
} from '../src/scripts.ts';
import type { Script } from '../src/scripts.ts';
import { opened, ownProxy, ownServer } from './stage.ts';

/** Each call that changes something, the script of which the reply is lost, and what must be true afterwards. */
const calls: Record<string, readonly [Script, (backend: Backend, fence: Fence) => Promise<void>]> = {
  create: [
    createScript,
    async (backend) => {
      const first = { ...taking('other'), events: [event(1)], summary: summary('r2', 1) };
      expect(await backend.create('r2', first)).toEqual({ status: 'created', fence: { epoch: 1, token: 'other' } });
      expect(await versions(backend, 'r2')).toEqual([1]);
      expect((await backend.list({})).runs.map(({ runId }) => runId)).toEqual(['r1', 'r2']);
    },
  ],
  append: [
    appendScript,
    async (backend, fence) => {
      await backend.post('r1', { id: 'm', body: 1 });
      expect(await backend.append('r1', commit(fence, 1, { handled: ['m'] }))).toEqual({ status: 'ok' });
      expect(await versions(backend)).toEqual([1, 2]);
      expect(await backend.messages('r1')).toEqual([]);
    },
  ],
  acquire: [
    acquireScript,
    async (backend) => {
      expect(await held(backend, 'r1', taking('second', 1))).toEqual({ epoch: 2, token: 'second' });
      expect((await backend.holder('r1'))?.epoch).toBe(2);
    },
  ],
  renew: [
    renewScript,
    async (backend, fence) => {
      expect(await backend.renew('r1', fence, 1_000)).toBe(true);
    },
  ],
  release: [
    releaseScript,
    async (backend, fence) => {
      await backend.release('r1', fence);
      expect(await backend.holder('r1')).toBeUndefined();
    },
  ],
  post: [
    postScript,
    async (backend) => {
      expect(await backend.post('r1', { id: 'm', body: 1 })).toBe('posted');
      expect(await backend.messages('r1')).toEqual([{ id: 'm', body: 1 }]);
    },
  ],
  delete: [
    deleteScript,
    async (backend, fence) => {
      await backend.delete('r1', fence);
      expect(await backend.list({})).toEqual({ runs: [] });
      expect(
        (await backend.create('r1', { ...taking('new'), events: [event(1)], summary: summary('r1', 1) })).status,
      ).toBe('created');
      expect((await backend.holder('r1'))?.epoch).toBe(2);
    },
  ],
};

describe.skipIf(!available('redis'))('a reply that is lost with its connection', () => {
  test.each(Object.entries(calls))('%s happens once', async (_name, [script, act]) => {
    const server = await ownServer();
    const proxy = await ownProxy(server);
    const backend = await opened(proxy.url);
    const fence = await created(backend);
    // The server must know it: what the proxy eats is else the answer that it does not.
    await server.client().script('LOAD', script.text);
    proxy.eatReplyTo(script.sha);
    await act(backend, fence);
    expect(proxy.eaten).toBe(1);
    expect(await backend.check?.()).toEqual([]);
  });

  test('a hundred commits, every third reply lost: each stands there once', async () => {
    const server = await ownServer();
    const proxy = await ownProxy(server);
    const backend = await opened(proxy.url);
    const fence = await created(backend);
    for (let version = 1; version <= 100; version++) {
      if (version % 3 === 0) proxy.eatReplyTo(appendScript.sha);
      expect(await backend.append('r1', commit(fence, version))).toEqual({ status: 'ok' });
    }
    expect(proxy.eaten).toBe(33);
    expect(await versions(backend)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
    expect(await server.client().llen('orch:{r1}:journal')).toBe(101);
  });

  test('a page of a reading is asked for again', async () => {
    const server = await ownServer();
    const proxy = await ownProxy(server);
    const backend = await opened(proxy.url);
    const fence = await created(backend);
    // More than a mebibyte, and so more than one page.
    const commits = 100;
    for (let version = 1; version < commits; version++)
      await backend.append('r1', commit(fence, version, { events: [event(version + 1, 'x'.repeat(20_000))] }));
    const all = Array.from({ length: commits }, (_, index) => index + 1);
    for (const [index, { sha, text }] of [readScript, readOnScript].entries()) {
      await server.client().script('LOAD', text);
      proxy.eatReplyTo(sha);
      expect(await versions(backend)).toEqual(all);
      expect(proxy.eaten).toBe(index + 1);
    }
  });
});
