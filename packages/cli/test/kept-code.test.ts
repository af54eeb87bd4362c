import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepingFor } from '../src/kept-code.ts';
import { withMark } from '../src/script-mark.ts';
import { Playground } from './orch-process.ts';

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
