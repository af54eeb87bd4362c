import { inspect } from 'node:util';
import { isOrchError } from '@orch/core/author';
import { expect, test } from 'vitest';
import { redisBackend } from '../src/index.ts';
import { readSettings } from '../src/settings.ts';

test('a URL has a host; the rest has defaults', () => {
  expect(readSettings('redis://here', {})).toMatchObject({
    host: 'here',
    port: 6379,
    db: 0,
    prefix: 'orch',
    reconnectMs: 60_000,
  });
  expect(readSettings('redis://here', {})).not.toHaveProperty('tls');
  expect(readSettings('redis://me:a%2Fb@[::1]:7000/2', {})).toMatchObject({
    host: '::1',
    port: 7000,
    db: 2,
    username: 'me',
    password: 'a/b',
  });
});

test('a prefix may be part of the URL; the option comes first', () => {
  expect(readSettings('redis://here/2?prefix=ci%3Anightly', {})).toMatchObject({ db: 2, prefix: 'ci:nightly' });
  expect(readSettings('redis://here?prefix=ci', { prefix: 'other' })).toMatchObject({ prefix: 'other' });
});

test('TLS comes with the protocol or with its options', () => {
  expect(readSettings('rediss://here', {}).tls).toEqual({});
  expect(readSettings('redis://here', { tls: { servername: 'there' } }).tls).toEqual({ servername: 'there' });
});

test.each([
  [{ reconnectMs: -1 }, 'redisBackend: reconnectMs must be a number of milliseconds of at least 0, not -1.'],
  [{ reconnectMs: Number.NaN }, 'redisBackend: reconnectMs must be a number of milliseconds of at least 0, not NaN.'],
  [{ reconectMs: 1 }, 'redisBackend: there is no option "reconectMs".'],
  [{ password: 123_456 }, 'redisBackend: password must be a text.'],
  [{ tls: '-----BEGIN' }, 'redisBackend: tls must be an object.'],
] as const)('the option %j is refused, secrets are not repeated', (options, message) => {
  const call = (): unknown => redisBackend('redis://here', options as never);
  expect(call).toThrow(expect.objectContaining({ code: 'ORCH_BACKEND_SETTINGS', message }));
});

test.each([
  ['', {}],
  ['here:6379', {}],
  ['http://here', {}],
  ['redis://', {}],
  ['redis://here/one', {}],
  ['redis://here/0?enableOfflineQueue=true', {}],
  ['redis://here/0?prefix=a&db=1', {}],
  ['redis://here/0?prefix=a&prefix=b', {}],
  ['redis://here/0?prefix=', {}],
  ['redis://here/0?prefix=a#b', {}],
  ['redis://me:%zz@here', {}],
  ['redis://here', { prefix: '' }],
  ['redis://here', { prefix: 'a{b}' }],
  ['redis://here', { prefix: 'a b' }],
])('%j with %j is refused, with a hint', (url, options) => {
  try {
    redisBackend(url, options);
    expect.unreachable();
  } catch (error) {
    expect(isOrchError(error, 'ORCH_BACKEND_SETTINGS') && error.hint).toMatch(/./);
  }
});

test('a wrong URL is not repeated: it may hold a password', () => {
  for (const url of ['redis//me:s3cret@here', 'http://me:s3cret@here', 'redis://me:s3cret@here/x'])
    try {
      redisBackend(url);
      expect.unreachable();
    } catch (error) {
      expect(isOrchError(error, 'ORCH_BACKEND_SETTINGS')).toBe(true);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('s3cret');
    }
});
