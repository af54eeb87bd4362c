import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entries } from '../../src/catalogue.ts';
import { candidatesAt } from '../../src/complete/complete.ts';
import { unquoted } from '../../src/complete/shell-words.ts';
import { definitionOf } from '../../src/program.ts';
import { Playground } from '../orch-process.ts';

const ground = new Playground();
const state = (): string => `--state-dir=${ground.path('.orch')}`;
beforeAll(async () => {
  ground.plan(
    [
      { name: 'build all', command: 'true' },
      { name: 'it\'s "ok"', command: 'true' },
      { name: 'test', command: 'true' },
    ],
    { inputs: { version: { type: 'string', default: '1' }, token: { type: 'string', secret: true, required: false } } },
  );
  ground.write('more/plan.yaml', 'workflow_id: more\nphases: [{name: a, command: "true"}]\n');
  ground.write('notes.txt', '');
  ground.write('module.mts', 'throw new Error("loaded")');
  await ground.orch('execute', 'plan.json', '--run-id', 'one', '--output', 'none');
  await ground.orch('execute', 'plan.json', '--run-id', 'two', '--output', 'none', '--backend', 'sqlite');
});
afterAll(() => ground[Symbol.dispose]());

async function offered(...words: readonly string[]): Promise<readonly string[] | 'files'> {
  const found = await candidatesAt(words, definitionOf);
  return found === 'files' ? found : found.map(({ text }) => text);
}

describe('commands and flags come from their definitions', () => {
  test('every command is offered, and by its beginning; help takes them too', async () => {
    const names = entries().map(([name]) => name);
    expect(await offered('')).toEqual(names);
    expect(await offered('help', '')).toEqual(names);
    expect(await offered('ex')).toEqual(['execute']);
    expect(await offered('res')).toEqual(['resume']);
    expect(await offered('--v')).toEqual(['--version']);
    expect(await offered('nonsense', '')).toEqual([]);
  });

  test.each(entries())('%s: each of its flags, and what they may be', async (name) => {
    const { options } = definitionOf(name);
    expect(await offered(name, '-')).toEqual([...options.map(({ long }) => long), '--help']);
    for (const { long, argChoices } of options)
      if (argChoices !== undefined) {
        expect(await offered(name, long ?? '', '')).toEqual(argChoices);
        expect(await offered(name, `${long}=`)).toEqual(argChoices.map((choice) => `${long}=${choice}`));
      }
  });

  test('the options of the config, which commands have that look at runs or read plans', async () => {
    expect(await offered('execute', 'plan.json', '--co')).toEqual(['--concurrency', '--config']);
    expect(await offered('execute', 'plan.json', '--no-co')).toEqual(['--no-command-check', '--no-config']);
    expect(await offered('list', '--conf')).toEqual(['--config']);
    expect(await offered('validate', '--no-conf')).toEqual(['--no-config']);
    expect(await offered('schema', '--conf')).toEqual(['--config']);
    expect(await offered('skill', '--conf')).toEqual([]);
    expect(await offered('execute', 'plan.json', '--config', '')).toBe('files');
    expect(await offered('execute', 'plan.json', '--no-config', '--conc')).toEqual(['--concurrency']);
  });

  test('kinds of output, status and format', async () => {
    expect(await offered('run', 'plan.json', '--output', 'p')).toEqual(['plain']);
    expect(await offered('list', '--status=int')).toEqual(['--status=interrupted']);
    expect(await offered('init', '--template', 'r')).toEqual(['release']);
    expect(await offered('completion', '')).toEqual(['bash', 'zsh']);
  });

  test('behind -- and where nothing may follow there is none', async () => {
    expect(await offered('show', 'one', '')).toEqual([]);
    expect(await offered('validate', '--', '-')).toEqual([]);
    expect(await offered('list', '--json=')).toEqual([]);
    expect(await offered('execute', 'plan.json', '--concurrency', '')).toEqual([]);
  });
});

describe('what stands in the state folder and in plans', () => {
  test('runs of all backends here, workflows and plan files', async () => {
    const found = await offered('show', state(), '');
    expect(found).toEqual(expect.arrayContaining(['one', 'two', 'demo']));
    expect(await offered('recover', state(), 'tw')).toEqual(['two']);
    expect(await offered('recover', '--state-dir', ground.path('.orch'), 'tw')).toEqual(['two']);
    expect(await offered('show', state(), '--backend', 'sqlite', 'o')).toEqual([]);
    expect(await offered('list', state(), '--workflow', '')).toEqual(['demo']);
  });

  test('plan files by their endings, and folders to look into', async () => {
    const at = ground.folder;
    expect(await offered('validate', `${at}/`)).toEqual([`${at}/module.mts`, `${at}/more/`, `${at}/plan.json`]);
    expect(await offered('validate', `${at}/more/p`)).toEqual([`${at}/more/plan.yaml`]);
    expect(await offered('execute', `${at}/.o`)).toEqual([`${at}/.orch/`]);
    expect(await offered('validate', '~/')).toBe('files');
    expect(await offered('backup', '')).toBe('files');
    expect(await offered('execute', 'plan.json', '--inputs', '')).toBe('files');
  });

  test('phases of the run or plan that was named, whatever they are called', async () => {
    const phases = ['build all', 'it\'s "ok"', 'test'];
    expect(await offered('logs', state(), 'one', '')).toEqual(phases);
    expect(await offered('logs', 'one', state(), 'it')).toEqual(['it\'s "ok"']);
    expect(await offered('recover', 'demo', state(), '--from', 'b')).toEqual(['build all']);
    const plan = ground.path('plan.json');
    expect(await offered('execute', plan, '--only', '')).toEqual(phases);
    expect(await offered('execute', plan, '--skip', 'test,')).toEqual(['test,build all', 'test,it\'s "ok"']);
    expect(await offered('execute', ground.path('more/plan.yaml'), '--until', '')).toEqual(['a']);
  });

  test('inputs but the secret ones', async () => {
    expect(await offered('execute', ground.path('plan.json'), '--input', '')).toEqual(['version=']);
  });

  test.each(['.mts', '.ts', '.mjs', '.js'])('a plan that is a module is not loaded: %s', async (ending) => {
    const loaded = JSON.stringify(ground.path(`loaded${ending}`));
    const plan = ground.write(`code/plan${ending}`, `import fs from 'node:fs'; fs.writeFileSync(${loaded}, '');`);
    expect(await offered('execute', plan, '--only', '')).toEqual([]);
    expect(await offered('execute', plan, '--input', '')).toEqual([]);
    expect(await offered('logs', state(), plan, '')).toEqual([]);
    expect(readdirSync(ground.folder)).not.toContain(`loaded${ending}`);
  });

  test('backends that are known', async () => {
    expect(await offered('list', state(), '--backend', '')).toEqual(['json', 'sqlite', 'redis']);
  });
});

test.each([
  ['plain', 'plain'],
  ['a\\ b', 'a b'],
  ['"a b', 'a b'],
  ['"a \\" \\x', 'a " \\x'],
  ["'a \\ b", 'a \\ b'],
  ['it\\\'s\\ "ok', "it's ok"],
  ["'it'\\''s", "it's"],
  ['', ''],
])('%j means %j', (word, text) => {
  expect(unquoted(word)).toBe(text);
});

describe('asked by a shell', () => {
  test('prints a line each, says nothing else and writes nothing', async () => {
    const before = readdirSync(ground.path('.orch'));
    const { code, stdout, stderr } = await ground.start(['__complete', 'show', 'on'], { env: { ORCH_DEBUG: '1' } })
      .ended;
    expect([code, stderr, stdout]).toEqual([0, '', 'one\tdemo, completed\n']);
    expect(readdirSync(ground.path('.orch'))).toEqual(before);
    const none = await ground.orch('__complete', 'show', '--state-dir', 'none', '');
    expect(none.code).toBe(0);
    expect(readdirSync(ground.folder)).not.toContain('none');
  });

  test.each([
    [['show', '--backend', 'nonsense', '']],
    [['logs', 'no-such-run', '']],
    [['execute', '/no/such/folder/', '']],
    [['execute', 'broken.json', '--only', '']],
    [['list', '--state-dir', '/proc', '--workflow', '']],
    [[]],
  ])('%j: no word of what is wrong, and success', async (words) => {
    writeFileSync(ground.path('broken.json'), '{');
    mkdirSync(ground.path('.orch/backends.json.d'), { recursive: true });
    const { code, stderr } = await ground.orch('__complete', ...words);
    expect([code, stderr]).toEqual([0, '']);
  });
});
