import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { planForms } from '../src/init/plan-forms.ts';
import { templateNames } from '../src/init/template-names.ts';
import { orch, Playground } from './orch-process.ts';
import type { Result } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

describe.each(templateNames)('the template %s', (name) => {
  test('is valid in each form, says the same in all, and fits 80 columns but for its commands', async () => {
    const written: unknown[] = [];
    for (const [ending, form] of Object.entries(planForms)) {
      await ground.orch('init', `plan${ending}`, '--template', name);
      const { code, stderr } = await ground.orch('validate', `plan${ending}`);
      expect(stderr).toBe(`plan${ending} is valid\n`);
      expect(code).toBe(0);
      const long = ground.lines(`plan${ending}`).filter((line) => line.length > 80);
      expect(long.filter((line) => !/\$?comment|command|description|ORCH_|if/.test(line))).toEqual([]);
      if (form !== 'yaml') written.push(ground.read(`plan${ending}`).replaceAll(/^ *(\/\/|"\$comment").*\n/gm, ''));
    }
    expect(written[0]).toBe(written[1]);
  }, 120_000);

  test('runs to its end', async () => {
    await ground.orch('init', 'plan.yaml', '--template', name);
    const { status, phases } = await ground.json<Result>('execute', 'plan.yaml', '--json');
    expect(status).toBe('completed');
    const done = phases.filter((phase) => phase.status === 'completed').map((phase) => phase.name);
    expect(done.length).toBeGreaterThanOrEqual(name === 'release' ? 3 : 5);
  });
});

test('the release publishes where it is asked to, and tells where it fails', async () => {
  await ground.orch('init', 'plan.yaml', '--template', 'release');
  const { stdout } = await ground.orch('execute', 'plan.yaml', '--input', 'publish=true', '--json');
  const { run, phases } = JSON.parse(stdout) as Result;
  expect(phases.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed', 'skipped', 'completed']);
  expect(ground.read(`.orch/runs/${run}/artifacts/package.published`)).toBe('0.1.0\n');
  writeFileSync(ground.path('plan.yaml'), ground.read('plan.yaml').replace('echo "tests passed"', 'false'));
  const failed = await ground.json<Result>('execute', 'plan.yaml', '--json');
  expect(failed.phases.map(({ status }) => status)).toEqual(['failed', 'skipped', 'skipped', 'completed', 'completed']);
});

test('the pipeline believes no data that is too little', async () => {
  await ground.orch('init', 'plan.json', '--template', 'pipeline');
  const { code, stderr } = await ground.orch('execute', 'plan.json', '--input', 'least=3');
  expect(code).toBe(1);
  expect(stderr).toMatch(/check: .*output\.rows < inputs\.least/);
});

test('names the file on stdout, and what to call next', async () => {
  const { code, stdout, stderr } = await ground.orch('init');
  expect(code).toBe(0);
  expect(stdout).toBe('plan.yaml\n');
  expect(stderr).toMatch(/template standard.*\n {2}orch validate plan\.yaml\n {2}orch execute plan\.yaml\n/);
  expect((await ground.orch('init', 'my plan.yaml')).stderr).toContain("orch execute 'my plan.yaml'\n");
});

test('an editor is told where the schema is, which orch writes there', async () => {
  await ground.orch('init', 'plan.json');
  const { $schema } = JSON.parse(ground.read('plan.json')) as { readonly $schema: string };
  const { stderr } = await ground.orch('init', 'plan.yaml');
  expect(ground.lines('plan.yaml')[0]).toBe(`# yaml-language-server: $schema=${$schema}`);
  expect(`./${/orch schema >(\S+)/.exec(stderr)?.[1]}`).toBe($schema);
});

test('a file that there is stays as it is, but with --force', async () => {
  ground.write('plan.yaml', 'mine');
  const refused = await ground.orch('init', 'plan.yaml');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('orch init plan.yaml --force');
  expect(ground.read('plan.yaml')).toBe('mine');
  expect((await ground.orch('init', 'plan.yaml', '--force')).code).toBe(0);
  expect(ground.read('plan.yaml')).toContain('workflow_id: standard');
});

test.each([
  [['plan.toml'], /\.json, \.jsonc, \.yaml, \.yml/],
  [['plan.yaml', '--template', 'rust'], /standard, release, pipeline/],
  [['none/plan.yaml'], /in no folder that there is/],
  [['folder.yaml', '--force'], /is a folder/],
  [[''], /must not be empty/],
])('%j is refused', async (args, words) => {
  mkdirSync(ground.path('folder.yaml'));
  const { code, stderr } = await ground.orch('init', ...args);
  expect(stderr).toMatch(words);
  expect(code).toBe(2);
  expect(existsSync(ground.path('plan.toml'))).toBe(false);
});

describe.runIf(available('script'))('on a terminal', () => {
  /** Runs `orch init` on a terminal of its own, answering each question. */
  function ask(...answers: readonly string[]): Promise<{ readonly code: number | null; readonly shown: string }> {
    const command = `${orch.join(' ')} init`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: ground.folder });
    let shown = '';
    let asked = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      const questions = shown.match(/\[[^\]]*\]: /g)?.length ?? 0;
      for (; asked < questions; asked++) child.stdin.write(answers[asked] ?? '');
    });
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, shown })));
  }

  test('asks for what was not said, again where there is no such template, and takes Enter for the usual', async () => {
    const { code, shown } = await ask('none\r', 'pipeline\r', 'data.json\r');
    expect(shown).toContain('Template (standard, release, pipeline) [standard]: ');
    expect(code).toBe(0);
    expect(JSON.parse(ground.read('data.json'))).toMatchObject({ workflow_id: 'pipeline' });
    expect((await ask('\r', '\r')).code).toBe(0);
    expect(ground.read('plan.yaml')).toContain('workflow_id: standard');
  });

  test.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s writes nothing', async (_name, key) => {
    const { code, shown } = await ask(key);
    expect(shown).toContain('Nothing was written.');
    expect(code).toBe(130);
    expect(existsSync(ground.path('plan.yaml'))).toBe(false);
  });
});
