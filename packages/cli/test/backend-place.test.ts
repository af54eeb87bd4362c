import { isOrchError } from '@orch/core';
import { describe, expect, test } from 'vitest';
import { parseBackend } from '../src/backend/backend-place.ts';
import { backendsToSearch, chooseBackend } from '../src/backend/choose-backend.ts';

const directory = '/state';
const place = { directory, flag: '' };
const parse = (text: string, environment: NodeJS.ProcessEnv = {}): ReturnType<typeof parseBackend> =>
  parseBackend(text, { from: '--backend', directory, environment });

describe('the name of a backend', () => {
  test.each([
    ['json', 'json', '/state', 'json'],
    ['json:/state', 'json', '/state', 'json'],
    ['json:/other', 'json', '/other', 'json:/other'],
    ['sqlite', 'sqlite', '/state/orch.db', 'sqlite'],
    ['sqlite:/state/orch.db', 'sqlite', '/state/orch.db', 'sqlite'],
    ['sqlite:/srv/../srv/runs.db', 'sqlite', '/srv/runs.db', 'sqlite:/srv/runs.db'],
    ['redis', 'redis', 'redis://localhost:6379', 'redis://localhost:6379/0'],
    ['redis://DB.example', 'redis', 'redis://DB.example', 'redis://db.example:6379/0'],
    ['rediss://me:word@db:7000/2', 'redis', 'rediss://me:word@db:7000/2', 'rediss://me@db:7000/2'],
    ['redis://[::1]:1', 'redis', 'redis://[::1]:1', 'redis://[::1]:1/0'],
    ['redis://db/1?prefix=ci.2', 'redis', 'redis://db/1?prefix=ci.2', 'redis://db:6379/1?prefix=ci.2'],
    ['redis://db?prefix=orch', 'redis', 'redis://db?prefix=orch', 'redis://db:6379/0'],
  ])('%s', (text, kind, address, name) => {
    expect(parse(text)).toEqual({ kind, address, name });
    expect(parse(name).name).toBe(name);
  });

  test('redis is REDIS_URL', () => {
    expect(parse('redis', { REDIS_URL: 'redis://:word@db:1' })).toEqual({
      kind: 'redis',
      address: 'redis://:word@db:1',
      name: 'redis://db:1/0',
    });
  });

  test.each(['REDIS_URL', 'ORCH_BACKEND'])('gets the password that %s has for the same server', (variable) => {
    const environment = { [variable]: 'redis://me:word@db' };
    expect(parse('redis://me@db:6379/0', environment).address).toBe('redis://me:word@db');
    for (const other of ['redis://me@db/1', 'redis://you@db', 'rediss://me@db'])
      expect(parse(other, environment).address).toBe(other);
    expect(parse('redis://me:other@db', environment).address).toBe('redis://me:other@db');
    // Of the same server, whatever its keys begin with.
    expect(parse('redis://me@db?prefix=ci', environment).address).toBe('redis://me:word@db?prefix=ci');
    const withPrefix = { [variable]: 'redis://me:word@db?prefix=ci' };
    expect(parse('redis://me@db', withPrefix).address).toBe('redis://me:word@db');
    expect(parse('redis://me@db?prefix=x', withPrefix).address).toBe('redis://me:word@db?prefix=x');
  });

  test.each([
    '',
    'mysql',
    'json:',
    'sqlite:',
    'redis:',
    'redis:/hush',
    'redis://',
    'rediss://me:hush@:x',
    'redis://:hush@db?prefix=',
    'redis://:hush@db?prefix=a%20b',
    'redis://:hush@db?prefix=a{b}',
    'redis://:hush@db?prefix=a&prefix=b',
    'redis://:hush@db?db=1',
    'redis://:hush@db#x',
    'me:hush@db',
    'JSON',
  ])('%j is refused, and no password is repeated', (text) => {
    let thrown: unknown;
    try {
      parse(text);
    } catch (error) {
      thrown = error;
    }
    expect(isOrchError(thrown, 'ORCH_BACKEND_UNKNOWN')).toBe(true);
    expect(String(thrown)).toContain('--backend');
    expect(String(thrown)).not.toContain('hush');
  });
});

describe('a new run is kept', () => {
  const choose = (flag: string | undefined, plan: string | undefined, variable: string): string =>
    chooseBackend({ flag, plan }, place, { ORCH_BACKEND: variable }).name;

  test('where --backend says, else ORCH_BACKEND, else the plan, else in JSON files', () => {
    expect(choose('json:/a', 'sqlite', 'redis')).toBe('json:/a');
    expect(choose(undefined, 'sqlite', 'redis')).toBe('redis://localhost:6379/0');
    expect(choose(undefined, undefined, 'redis')).toBe('redis://localhost:6379/0');
    expect(choose(undefined, 'sqlite', '')).toBe('sqlite');
    expect(choose(undefined, undefined, '')).toBe('json');
  });
});

test('runs are looked for in each backend once, or in the one that is named', () => {
  const names = (words: Parameters<typeof backendsToSearch>[0], variable = ''): string[] =>
    backendsToSearch(words, place, { ORCH_BACKEND: variable }).map(({ name }) => name);
  expect(names({})).toEqual(['json']);
  expect(names({ plan: 'sqlite' }, 'redis')).toEqual(['redis://localhost:6379/0', 'sqlite', 'json']);
  expect(names({ plan: 'json' }, 'json:/state')).toEqual(['json']);
  expect(names({ flag: 'sqlite', plan: 'json' }, 'redis')).toEqual(['sqlite']);
});
