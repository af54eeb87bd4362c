import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { Backend } from '@orch/core/author';
import { describe, expect, onTestFinished, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { commit, created, versions } from '../../backend-json/test/stage.ts';
import { passes } from '../src/failure.ts';
import { redisBackend } from '../src/index.ts';
import { inspectServer } from '../src/inspect-server.ts';
import { durable } from './redis-server.ts';
import { opened, ownServer, refuseWarning } from './stage.ts';

/** Opens, and writes two commits that ask for a flush; answers with what was warned of. */
async function warningsOf(url: string): Promise<readonly string[]> {
  const warnings: string[] = [];
  const backend = await opened(url, { warn: (message) => warnings.push(message) });
  const fence = await created(backend);
  for (const after of [1, 2]) await backend.append('r1', commit(fence, after));
  return warnings;
}

async function thrownBy(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  );
}

describe.skipIf(!available('redis'))('the settings of the server', () => {
  test.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random'])('%s is refused at the start', async (policy) => {
    const server = await ownServer([...durable, '--maxmemory-policy', policy]);
    const error = await thrownBy(redisBackend(server.url).open());
    expect(error).toMatchObject({ code: 'ORCH_BACKEND_SETTINGS', message: expect.stringContaining(policy) });
    expect(error).toMatchObject({ message: expect.stringMatching(/^Redis 7\.\d+\.\d+ at 127\.0\.0\.1:/) });
  });

  test.each(['noeviction', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'])(
    '%s is accepted: no key of a run has a time to live',
    async (policy) => {
      const server = await ownServer([...durable, '--maxmemory-policy', policy]);
      const backend = await opened(server.url);
      const fence = await created(backend);
      await backend.post('r1', { id: 'm', body: 1 });
      await backend.append('r1', commit(fence, 1));
      const client = server.client();
      for (const key of await client.keys('*')) expect(await client.pttl(key)).toBe(-1);
    },
  );

  test('an old server is refused by its version', async () => {
    const old = { info: async () => 'redis_version:6.2.14\r\nrole:master\r\n', config: async () => [] };
    await expect(inspectServer(old as never, 'here:6379/0')).rejects.toMatchObject({
      code: 'ORCH_BACKEND_SETTINGS',
      message: 'Redis 6.2.14 at here:6379/0 is older than 7.0, the oldest that is supported.',
    });
  });

  test('a policy that came with a restart is refused by the next call', async () => {
    const server = await ownServer();
    const backend = await opened(server.url);
    await created(backend);
    const client = server.client();
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect(backend.holder('r1')).rejects.toMatchObject({ code: 'ORCH_BACKEND_SETTINGS' });
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    expect((await backend.holder('r1'))?.epoch).toBe(1);
  });

  test.each([
    ['no persistence', [], /keeps nothing on disk.*appendonly yes/],
    ['snapshots only', ['--save', '3600 1'], /snapshots only.*appendonly yes/],
    ['a flush each second', ['--appendonly', 'yes', '--appendfsync', 'everysec'], /once a second.*appendfsync always/],
    ['no flush', ['--appendonly', 'yes', '--appendfsync', 'no'], /leaves flushing to its system.*appendfsync always/],
  ] as const)('%s is warned of, once', async (_name, settings, message) => {
    const server = await ownServer(settings);
    const warnings = await warningsOf(server.url);
    expect(warnings).toEqual([expect.stringMatching(message)]);
    expect(warnings[0]).toMatch(/^Redis 7\.\d+\.\d+ at /);
  });

  test('a flush of each commit is warned of by nobody; nor is a flush each second where the plan asks for no more', async () => {
    expect(await warningsOf((await ownServer(durable)).url)).toEqual([]);
    const server = await ownServer(['--appendonly', 'yes', '--appendfsync', 'everysec']);
    const backend = await opened(server.url, { warn: refuseWarning });
    const fence = await created(backend);
    expect(await backend.append('r1', commit(fence, 1, { flush: false }))).toEqual({ status: 'ok' });
  });

  test('one that may not be asked is warned of', async () => {
    const server = await ownServer();
    await server.client().acl('SETUSER', 'orch', 'on', '>word', '~orch:*', '&orch:*', '+@all', '-config');
    const url = server.url.replace('//', '//orch:word@');
    expect(await warningsOf(url)).toEqual([expect.stringMatching(/does not say how it keeps data/)]);
  });

  test('a full memory refuses the commit whole, with what to do', async () => {
    const server = await ownServer();
    const backend = await opened(server.url);
    const fence = await created(backend);
    const client = server.client();
    await client.config('SET', 'maxmemory', '1');
    await expect(backend.append('r1', commit(fence, 1))).rejects.toMatchObject({
      code: 'ORCH_BACKEND_UNAVAILABLE',
      hint: expect.stringContaining('maxmemory'),
    });
    await client.config('SET', 'maxmemory', '0');
    expect(await backend.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
    expect(await versions(backend)).toEqual([1, 2]);
  });
});

describe.skipIf(!available('redis'))('a server that cannot write', () => {
  test('refuses commits with what to do, and takes them when it can again', async () => {
    const server = await ownServer([...durable, '--save', '3600 1']);
    const backend = await opened(server.url);
    const fence = await created(backend);
    const client = server.client();
    // Where its snapshot would go.
    mkdirSync(join(server.folder, 'dump.rdb'));
    await client.bgsave();
    while (!(await client.info('persistence')).includes('rdb_last_bgsave_status:err')) await new Promise(setImmediate);
    await expect(backend.append('r1', commit(fence, 1))).rejects.toMatchObject({
      code: 'ORCH_BACKEND_UNAVAILABLE',
      message: expect.stringContaining('MISCONF'),
      hint: 'The server cannot write its data to disk. Look into its log, free some space, then recover the run.',
    });
    await client.config('SET', 'save', '');
    expect(await backend.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
    expect(await versions(backend)).toEqual([1, 2]);
  });
});

test.each([
  ['LOADING Redis is loading the dataset in memory', true],
  ['MASTERDOWN Link with MASTER is down', true],
  ['BUSY Redis is busy running a script.', true],
  ['NOAUTH Authentication required.', false],
  ['OOM command not allowed', false],
])('%j passes by itself: %j', (message, expected) => {
  expect(passes(Object.assign(new Error(message), { name: 'ReplyError' }))).toBe(expected);
});

describe.skipIf(!available('redis'))('who may come in', () => {
  const settings = [...durable, '--requirepass', 'right word'];

  async function works(backend: Backend): Promise<void> {
    const fence = await created(backend);
    expect(await backend.append('r1', commit(fence, 1))).toEqual({ status: 'ok' });
  }

  test('the password of the URL', async () => {
    const server = await ownServer(settings);
    await works(await opened(server.url.replace('//', '//:right%20word@')));
  });

  test('the password of the options, which is the one that counts', async () => {
    const server = await ownServer(settings);
    await works(await opened(server.url.replace('//', '//:wrong@'), { password: 'right word' }));
  });

  test('no or the wrong password is refused at once, and is in no error', async () => {
    const server = await ownServer(settings);
    for (const url of [server.url, server.url.replace('//', '//:s3cret@'), server.url.replace('//', '//me:s3cret@')]) {
      const error = await thrownBy(redisBackend(url).open());
      expect(error).toMatchObject({
        code: 'ORCH_BACKEND_UNAVAILABLE',
        hint: 'Check user and password, in the URL or the options.',
      });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret');
    }
  });

  test('a user with no more rights than the README gives', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [, rights = ''] = /ACL SETUSER orch (on >WORD .*)/.exec(readme) ?? [];
    const server = await ownServer();
    await server.client().acl('SETUSER', 'orch', ...rights.split(' '));
    const backend = await opened(server.url.replace('//', '//orch:WORD@'));
    const fence = await created(backend);
    await backend.post('r1', { id: 'm', body: 1 });
    expect(await backend.append('r1', commit(fence, 1, { handled: ['m'] }))).toEqual({ status: 'ok' });
    const changed = backend.changed?.('r1', 2, AbortSignal.timeout(30_000));
    await backend.append('r1', commit(fence, 2));
    await changed;
    expect(await versions(backend)).toEqual([1, 2, 3]);
    expect((await backend.list({})).runs.length).toBe(1);
    expect(await backend.check?.()).toEqual([]);
    await backend.delete('r1', fence);
    const other = opened(server.url.replace('//', '//orch:WORD@'), { prefix: 'other' });
    await expect(other.then(created)).rejects.toMatchObject({
      code: 'ORCH_BACKEND_UNAVAILABLE',
      hint: expect.stringContaining('~orch:*'),
    });
  });

  test('a database that is not there is refused, and the first one left alone', async () => {
    const server = await ownServer();
    await expect(redisBackend(`${server.url}/99`).open()).rejects.toMatchObject({
      code: 'ORCH_BACKEND_UNAVAILABLE',
      message: expect.stringContaining('DB index is out of range'),
    });
    await works(await opened(`${server.url}/3`));
    expect(await server.client().dbsize()).toBe(0);
  });

  test.skipIf(!available('redis-tls'))('TLS: by a certificate that is known, and by no other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'orch-tls-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '1',
    ];
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert, ...names], { stdio: 'pipe' });
    const tls = ['--tls-port', '<port>', '--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert];
    const server = await ownServer([...durable, ...tls, '--tls-auth-clients', 'no']);
    const url = server.url.replace('redis:', 'rediss:');
    await works(await opened(url, { tls: { ca: readFileSync(cert) } }));
    await expect(redisBackend(url).open()).rejects.toMatchObject({
      code: 'ORCH_BACKEND_UNAVAILABLE',
      message: expect.stringContaining('self-signed'),
      hint: expect.stringContaining('certificates'),
    });
  });
});
