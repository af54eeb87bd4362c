import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground } from '../orch-process.ts';
import type { Ended, OrchProcess, StartOptions } from '../orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  ground.write('node_modules/@orch/.keep', '');
  for (const name of ['core', 'cli', 'plugin-command', 'plugin-retry'])
    symlinkSync(join(import.meta.dirname, '../../..', name), ground.path('node_modules/@orch', name));
  ground.plan([{ name: 'a', command: 'true', retry_count: 1 }]);
});
afterEach(() => ground[Symbol.dispose]());

const json = (config: object): string => ground.write('orch.config.json', JSON.stringify(config, null, 2));
const orch = (...args: readonly string[]): Promise<Ended> => ground.orch(...args);

/** A plugin that says its word when a run begins. */
const saying = (word: string, contract = 1): string =>
  `{ name: '${word}', contract: ${contract}, apply: ({ hooks, log }) => hooks.beforeRun.tap('${word}', () => log.info('says ${word}')) }`;

function install(name: string, text: string, manifest: object = { exports: { import: './index.js' } }): void {
  ground.write(`node_modules/${name}/package.json`, JSON.stringify({ name, type: 'module', ...manifest }));
  ground.write(`node_modules/${name}/index.js`, text);
}

/** Starts orch in a folder below. */
function below(args: readonly string[], options: StartOptions = {}): OrchProcess {
  ground.write('sub/deep/plan.json', readFileSync(ground.path('plan.json'), 'utf8'));
  return ground.start(args, { ...options, through: ['env', '-C', ground.path('sub/deep')] });
}

describe('what a config says', () => {
  test('plugins are found from the config, by short names, files and with options; those not listed are not loaded', async () => {
    install(
      'orch-plugin-slack',
      `export default ({ channel }) => (${saying('slack')}, { ...${saying('x')}, name: channel })`,
    );
    install('@acme/orch-plugin', `export default ${saying('acme')}`, { main: './index.js' });
    install('orch-plugin-unlisted', 'throw new Error("loaded")');
    ground.write('own.mjs', `export default ${saying('own')}`);
    json({ plugins: [['slack', { channel: 'builds' }], '@acme', './own.mjs'] });
    const { code, stderr } = await below(['execute', 'plan.json']).ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/builds: says x\n[^]*acme: says acme\n[^]*own: says own\n/);
    expect(await below(['doctor']).ended).toMatchObject({
      stdout: expect.stringContaining(`config ${ground.path('orch.config.json')}: plugins builds, acme, own`) as string,
    });
  });

  test('a plugin may speak when it is applied, to people', async () => {
    ground.write('own.mjs', `export default { name: 'own', contract: 1, apply: ({ log }) => log.warn('no channel') }`);
    json({ plugins: ['./own.mjs'] });
    const { code, stdout, stderr } = await orch('list', '--json');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '[]\n' });
    expect(stderr).toBe('warning: own: no channel\n');
  });

  test('of plugins: keys that plans may have then', async () => {
    const schema = `{ '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }), jsonSchema: { input: () => ({}) } } }`;
    ground.write(
      'own.mjs',
      `export default { name: 'own', contract: 1, apply: (host) => void host.phaseOption('team', ${schema}) }`,
    );
    ground.plan([{ name: 'a', command: 'true', team: 'blue' }]);
    expect((await orch('validate', 'plan.json')).code).toBe(2);
    json({ plugins: ['./own.mjs'] });
    expect((await orch('validate', 'plan.json')).code).toBe(0);
    expect((await orch('validate', 'plan.json', '--no-config')).code).toBe(2);
  });

  test('in TypeScript plugins and the preset may be given as they are', async () => {
    ground.write(
      'orch.config.mts',
      `import { defineConfig } from '@orch/cli/config';
import { defaultPreset } from '@orch/cli/preset';
import type { Plugin } from '@orch/core/author';
const direct: Plugin = ${saying('direct')};
export default defineConfig({
  plugins: [direct],
  preset: (settings) => ({ ...defaultPreset(settings), plugins: [...(defaultPreset(settings).plugins ?? []), ${saying('ofPreset')}] }),
});
`,
    );
    const { code, stderr } = await orch('execute', 'plan.json');
    expect(code).toBe(0);
    expect(stderr).toMatch(/ofPreset: says ofPreset\n[^]*direct: says direct/);
  });

  test('a preset may have a backend of somebody else in the place of JSON files, and of no other', async () => {
    install('orch-preset-own', "export default ({ backend }) => ({ backend: { ...backend, name: 'acme' } })");
    json({ preset: 'own' });
    expect(await ground.orch('list')).toMatchObject({ code: 0 });
    const { code, stderr } = await ground.orch('list', '--backend', 'sqlite');
    expect([code, stderr]).toEqual([2, expect.stringContaining('the backend "acme" where sqlite was asked for.')]);
  });

  test('a preset replaces the plugins that orch brings', async () => {
    install('orch-preset-bare', 'export default ({ backend }) => ({ backend })');
    json({ preset: 'bare' });
    const { code, stderr } = await orch('validate', 'plan.json');
    expect(code).toBe(2);
    expect(stderr).toContain('"command"');
  });

  test('where runs are kept: the flag, then ORCH_BACKEND, then the plan, then the config', async () => {
    const backendOf = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> => {
      const ended = await below(['execute', 'plan.json', '--output', 'none', '--json', ...args], { env }).ended;
      const { run } = JSON.parse(ended.stdout) as { run: string };
      const listed = await below(['list', '--json']).ended;
      const found = (JSON.parse(listed.stdout) as { runId: string; backend: string }[]).find((it) => it.runId === run);
      return (found?.backend ?? 'nowhere').replace(ground.folder, '');
    };
    json({ backend: 'team', backends: { team: 'sqlite:team.db', other: 'json:elsewhere' } });
    expect(await backendOf([])).toBe('sqlite:/team.db');
    ground.plan([{ name: 'a', command: 'true', retry_count: 1 }], { state_backend: 'other' });
    expect(await backendOf([])).toBe('json:/elsewhere');
    expect(await backendOf([], { ORCH_BACKEND: 'team' })).toBe('sqlite:/team.db');
    expect(await backendOf(['--backend', 'json'], { ORCH_BACKEND: 'team' })).toBe('json');
  });

  test('the state folder, concurrency and output are defaults, from the folder of the config', async () => {
    json({ defaults: { state_dir: 'state', concurrency: 1, output: 'none' } });
    ground.plan(['a', 'b'].map((name) => ({ name, command: 'true', retry_count: 1, depends_on: [] })));
    const { code, stderr } = await below(['execute', 'plan.json', '--run-id', 'r']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = (await below(['events', 'r']).ended).stdout.split('\n').slice(0, -1);
    expect(JSON.parse(events[1] ?? '')).toMatchObject({ type: 'run.started', concurrency: 1 });
    expect(ground.read('state/.gitignore')).toBe('*\n');
    const said = await below(['execute', 'plan.json', '--run-id', 's', '--output', 'plain', '--concurrency', '2'])
      .ended;
    expect(said.stderr).toContain('2 at once');
  });
});

describe('which config', () => {
  test('the nearest one, no further than the root of a git repository; --config names one, --no-config none', async () => {
    json({ plugins: ['./own.mjs'] });
    ground.write('own.mjs', `export default ${saying('own')}`);
    expect((await below(['execute', 'plan.json']).ended).stderr).toContain('says own');
    expect((await below(['execute', 'plan.json', '--no-config']).ended).stderr).not.toContain('says own');
    ground.write('sub/.git/HEAD', '');
    expect((await below(['execute', 'plan.json']).ended).stderr).not.toContain('says own');
    expect((await below(['execute', 'plan.json', '--config', '../../orch.config.json']).ended).stderr).toContain(
      'says own',
    );
    ground.write('sub/orch.config.json', '{}');
    expect((await below(['execute', 'plan.json']).ended).stderr).not.toContain('says own');
  });

  test('commands that orch names find the same', async () => {
    ground.write('mine.json', '{}');
    ground.plan([{ name: 'a', command: 'false', retry_count: 1 }]);
    const named = await orch('execute', 'plan.json', '--config', 'mine.json', '--run-id', 'r');
    expect(named.stderr).toContain(`orch recover r --config ${ground.path('mine.json')}`);
    expect((await orch('recover', 'r', '--no-config')).stderr).toContain('orch recover r --no-config');
  });

  test('is not read for help and versions, and its fault is not', async () => {
    ground.write('orch.config.json', '{');
    for (const args of [['--help'], ['--version'], ['list', '--help']])
      expect(await orch(...args), args.join(' ')).toMatchObject({ code: 0, stderr: '' });
    expect((await orch('list')).code).toBe(2);
    expect((await orch('list', '--no-config')).code).toBe(0);
  });

  test('is noted in the debug log', async () => {
    json({});
    expect((await ground.start(['list'], { env: { ORCH_DEBUG: '1' } }).ended).code).toBe(0);
    expect(ground.read('.orch/debug.log')).toContain(`orch.config in force: ${ground.path('orch.config.json')}`);
  });
});
