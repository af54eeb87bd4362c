import * as fs from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compileCacheFolder, findFolder } from '../src/compile-cache.ts';
import { Playground } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  fs.mkdirSync(ground.path('home'), 0o700);
});
afterEach(() => ground[Symbol.dispose]());

const user = process.geteuid?.();
const find = (environment: NodeJS.ProcessEnv): string | undefined => findFolder(fs, { environment, user });
const home = (): NodeJS.ProcessEnv => ({ HOME: ground.path('home') });
const modeOf = (path: string): number => fs.statSync(ground.path(path)).mode & 0o777;

test('in .cache of HOME, or in XDG_CACHE_HOME: made for this user only, and found again', () => {
  const inHome = ground.path('home/.cache/orch/compile-cache');
  for (let times = 0; times < 2; times++) expect(find(home())).toBe(inHome);
  expect(['', '/orch', '/orch/compile-cache'].map((it) => modeOf(`home/.cache${it}`))).toEqual([0o700, 0o700, 0o700]);
  const elsewhere = { ...home(), XDG_CACHE_HOME: ground.path('cache') };
  expect(find(elsewhere)).toBe(ground.path('cache/orch/compile-cache'));
});

test.each<[string, () => NodeJS.ProcessEnv]>([
  ['no HOME', () => ({})],
  ['an empty HOME', () => ({ HOME: '' })],
  ['a HOME from the current folder', () => ({ HOME: 'home' })],
  ['a HOME that is not there', () => ({ HOME: ground.path('nowhere') })],
  ['a HOME in which nothing can be made', () => ({ HOME: '/proc/self' })],
  ['a HOME that is a file', () => ({ HOME: ground.write('file', '') })],
])('none: %s', (_name, environment) => {
  expect(find(environment())).toBeUndefined();
});

test.each(['orch', 'orch/compile-cache'])('none where %s is open to others, or a link', (name) => {
  expect(find(home())).toBeDefined();
  const path = ground.path('home/.cache', name);
  for (const mode of [0o755, 0o770, 0o1777]) {
    fs.chmodSync(path, mode);
    expect(find(home())).toBeUndefined();
  }
  fs.rmSync(path, { recursive: true });
  fs.mkdirSync(ground.path('other/compile-cache'), { recursive: true, mode: 0o700 });
  fs.symlinkSync(ground.path('other'), path);
  expect(find(home())).toBeUndefined();
});

test.each([
  ['home', 'home'],
  ['.cache', 'home/.cache'],
  ['orch', 'home/.cache/orch'],
  ['compile-cache', 'home/.cache/orch/compile-cache'],
])('none where the folder %s is somebody else’s', (_name, of) => {
  const path = ground.path(of);
  const other = (stats: fs.Stats): fs.Stats => Object.assign(stats, { uid: 4711 });
  const calls = {
    ...fs,
    lstatSync: ((it: string) => (it === path ? other(fs.lstatSync(it)) : fs.lstatSync(it))) as typeof fs.lstatSync,
    statSync: ((it: string) => (it === path ? other(fs.statSync(it)) : fs.statSync(it))) as typeof fs.statSync,
  };
  expect(findFolder(calls, { environment: home(), user })).toBeUndefined();
});

test('who disables the cache has none, and who names a folder has it there', () => {
  const { env } = process;
  const before = { ...env };
  try {
    Object.assign(env, { HOME: ground.path('home'), XDG_CACHE_HOME: '', NODE_COMPILE_CACHE: '' });
    env['NODE_DISABLE_COMPILE_CACHE'] = '1';
    expect(compileCacheFolder()).toBeUndefined();
    expect(fs.readdirSync(ground.path('home'))).toEqual([]);
    delete env['NODE_DISABLE_COMPILE_CACHE'];
    expect(compileCacheFolder()).toBe(ground.path('home/.cache/orch/compile-cache'));
    env['NODE_COMPILE_CACHE'] = ground.path('elsewhere');
    expect(compileCacheFolder()).toBe(ground.path('elsewhere'));
  } finally {
    for (const name of ['HOME', 'XDG_CACHE_HOME', 'NODE_COMPILE_CACHE', 'NODE_DISABLE_COMPILE_CACHE'])
      if (before[name] === undefined) delete env[name];
      else env[name] = before[name];
  }
});
