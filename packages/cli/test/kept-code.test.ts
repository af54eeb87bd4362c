import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepingFor } from '../src/kept-code.ts';
import { withMark } from '../src/script-mark.ts';
import { Playground, orchFile } from './orch-process.ts';
import type { Ended } from './orch-process.ts';

let ground: Playground;
let script: string;
beforeEach(() => {
  ground = new Playground();
  mkdirSync(ground.path('kept'), 0o700);
  script = ground.write('program.script', program());
});
afterEach(() => ground[Symbol.dispose]());

const module = join(import.meta.dirname, '../src/kept-code.ts');

/** A script that ends with the code it is given; `work` is called unless told otherwise. */
function program(word = 'done'): string {
  const lines = Array.from({ length: 200 }, (_, index) => `if (left === ${index}) return left * ${index} + 1;`);
  return withMark(`(function (require) {
    const work = (left) => { ${lines.join('\n')} };
    const { word } = require('./neighbour.cjs');
    if (process.argv[2] !== 'idle') work(require('node:os').availableParallelism());
    console.log('${word}', word);
    process.exitCode = Number(process.argv[1]);
  })`);
}

interface Run {
  readonly file?: string;
  readonly folder?: string | undefined;
  readonly exitCode?: number;
  readonly idle?: boolean;
}

/** Runs a script in a process of its own; answers with what it printed. */
function run({ file = script, folder = ground.path('kept'), exitCode = 0, idle = false }: Run = {}): string {
  ground.write('neighbour.cjs', "exports.word = 'beside'");
  const keeping = folder === '' ? '{}' : JSON.stringify({ keeping: { command: 'execute', folder } });
  const source = `import { runScript } from ${JSON.stringify(module)}; runScript(${JSON.stringify(file)}, ${keeping});`;
  const args = [
    '--conditions=source',
    '--input-type=module',
    '-e',
    source,
    String(exitCode),
    ...(idle ? ['idle'] : []),
  ];
  const ended = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(ended).toMatchObject({ status: exitCode, stderr: '' });
  return ended.stdout;
}

const kept = (): string[] => readdirSync(ground.path('kept'));
const path = (name = kept()[0] ?? ''): string => ground.path('kept', name);

test('a script runs with what it requires, of Node and beside it; nothing is kept unless asked for', () => {
  expect(run({ folder: '' })).toBe('done beside\n');
  expect(kept()).toEqual([]);
});

test('a package that has a script of its own is run once, and kept for each command', () => {
  ground.write(
    '@scope+apart.script',
    withMark(
      '(function (require, module, exports) { exports.count = globalThis.count = (globalThis.count ?? 0) + 1; })',
    ),
  );
  const using = ground.write(
    'using.script',
    withMark(
      "(function (require) { const [one, two] = [require('@scope/apart'), require('@scope/apart')]; console.log(one === two, two.count); process.exitCode = Number(process.argv[1]); })",
    ),
  );
  expect(run({ file: using })).toBe('true 1\n');
  expect(kept().filter((name) => name.startsWith('orch-execute-@scope+apart-'))).toHaveLength(1);
  expect(run({ file: using })).toBe('true 1\n');
  expect(kept()).toHaveLength(2);
});

test('what was compiled is kept for this user only, and taken the next time', () => {
  expect(run()).toBe('done beside\n');
  expect(kept()).toHaveLength(1);
  const { ino, mode } = statSync(path());
  expect(mode & 0o777).toBe(0o600);
  expect(run()).toBe('done beside\n');
  expect(statSync(path()).ino).toBe(ino);
});

test('the functions that were called are in it', () => {
  run({ idle: true });
  const { size } = statSync(path());
  rmSync(path());
  run();
  expect(statSync(path()).size).toBeGreaterThan(size + 4_000);
});

test.each<[string, (sound: Buffer) => Buffer]>([
  ['empty', () => Buffer.alloc(0)],
  ['cut off', (sound) => sound.subarray(0, 1_000)],
  ['zeros', (sound) => Buffer.alloc(sound.length)],
  ['of odd length', (sound) => sound.subarray(0, -1)],
  ['one byte of it changed', (sound) => changed(sound, 500)],
  ['the last byte changed', (sound) => changed(sound, sound.length - 1)],
  ['of another V8', (sound) => changed(changed(sound, 4), sound.length / 2 + 4)],
])('kept code that is damaged is not run, and replaced: %s', (_what, damage) => {
  run();
  const sound = readFileSync(path());
  writeFileSync(path(), damage(sound));
  const damaged = statSync(path()).ino;
  expect(run()).toBe('done beside\n');
  expect(kept()).toHaveLength(1);
  expect(statSync(path()).ino).not.toBe(damaged);
});

function changed(bytes: Buffer, at: number): Buffer {
  return Buffer.from(bytes.with(at, (bytes[at] ?? 0) ^ 1));
}

test('another script of the same length has its own', () => {
  run();
  expect(run({ file: ground.write('program.script', program('DONE')) })).toBe('DONE beside\n');
  expect(kept()).toHaveLength(2);
});

test('a script that was changed by hand is not run with what was kept of it before', () => {
  for (let times = 0; times < 2; times++) expect(run()).toBe('done beside\n');
  const edited = readFileSync(script, 'utf8').replace("'done'", "'DONE'");
  ground.write('program.script', edited);
  for (let times = 0; times < 2; times++) expect(run()).toBe('DONE beside\n');
  expect(kept()).toHaveLength(2);
});

test('orch as it is published is not either', async () => {
  const from = join(dirname(orchFile), '..');
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(from, part), ground.path('copy', part), { recursive: true });
  const program = [process.execPath, ground.path('copy/bin/orch.js')];
  const env = { NODE_COMPILE_CACHE: '', XDG_CACHE_HOME: ground.path('cache') };
  const list = (): Promise<Ended> => ground.start(['list'], { program, env }).ended;
  const before = await list();
  expect(before).toMatchObject({ code: 0, stderr: expect.stringMatching(/^There are no runs/) as string });
  const file = ground.path('copy/dist/orch.script');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('There are no ', 'THERE ARE NO '));
  for (let times = 0; times < 2; times++)
    expect(await list()).toEqual({
      ...before,
      stderr: before.stderr.replace('There are no ', 'THERE ARE NO '),
    });
});

test('of one script for one command the last eight are kept, and none of the others is touched', () => {
  const old = (name: string, daysAgo: number): string => {
    const time = Date.now() / 1_000 - daysAgo * 86_400;
    utimesSync(ground.write(`kept/${name}`, ''), time, time);
    return name;
  };
  const hex = (digit: number): string => digit.toString(16).repeat(16);
  const ours = Array.from({ length: 12 }, (_, index) => old(`orch-execute-${hex(index)}-1-v24.0.0-x64`, index + 1));
  const others = [
    old(`orch-execute-zod-${hex(1)}-1-v24.0.0-x64`, 100),
    old(`orch-list-${hex(1)}-1-v24.0.0-x64`, 100),
    old('somebody-else.123', 100),
  ];
  run();
  const left = kept();
  expect(left).toEqual(expect.arrayContaining([...ours.slice(0, 7), ...others]));
  expect(left).toHaveLength(8 + others.length);
});

test('a file that a killed process had not finished is removed when the next is kept', () => {
  const draft = (pid: number, secondsAgo: number): string => {
    const name = `orch-list-${'a'.repeat(16)}-1-v24.0.0-x64.${pid}`;
    const time = Date.now() / 1_000 - secondsAgo;
    utimesSync(ground.write(`kept/${name}`, 'half'), time, time);
    return name;
  };
  const left = draft(4711, 120);
  const atWork = draft(4712, 5);
  run();
  expect(kept()).toContain(atWork);
  expect(kept()).not.toContain(left);
  expect(kept()).toHaveLength(2);
});

test('a script without its mark, as after a build that was cut off, runs and keeps nothing', () => {
  expect(run({ file: ground.write('program.script', program().slice(0, -1)) })).toBe('done beside\n');
  expect(kept()).toEqual([]);
});

test('a run that failed keeps nothing: it may have called little', () => {
  run({ exitCode: 1 });
  expect(kept()).toEqual([]);
});

test('where nothing can be kept it runs all the same', () => {
  expect(run({ folder: ground.path('nowhere') })).toBe('done beside\n');
  expect(kept()).toEqual([]);
});

test('each command has its own, by whatever name it is called; help and unknown words have none', () => {
  expect(['execute', 'run', 'list'].map((word) => keepingFor([word, 'plan.json'])?.command)).toEqual([
    'execute',
    'execute',
    'list',
  ]);
  for (const args of [[], ['--version'], ['exekute'], ['execute', '--help'], ['list', '-h']])
    expect(keepingFor(args)).toBeUndefined();
});
