import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

test.each([
  [[], 'plan.schema.json'],
  [['--draft', '2020-12'], 'plan.schema.json'],
  [['--draft', '07'], 'plan.draft-07.schema.json'],
])('schema %j prints what the package of plans has', async (args, file) => {
  const { code, stdout, stderr } = await ground.orch('schema', ...args);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(readFileSync(new URL(`../../plan/schema/${file}`, import.meta.url), 'utf8'));
});

test('another draft is refused', async () => {
  const { code, stdout, stderr } = await ground.orch('schema', '--draft', '04');
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('Allowed choices are 2020-12, 07');
});

test('keys of the plugins of a config are among them', async () => {
  const schema =
    "{ '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }), jsonSchema: { input: () => ({ type: 'string' }) } } }";
  ground.write(
    'acme.mjs',
    `export default { name: 'acme', contract: 1, apply: (host) => void host.phaseOption('acme_key', ${schema}) };`,
  );
  ground.write('orch.config.json', '{ "plugins": ["./acme.mjs"] }');
  const { code, stdout } = await ground.orch('schema');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    $defs: { phase: { properties: { acme_key: {} } }, phase_acme_key: { type: 'string' } },
  });
  const without = await ground.orch('schema', '--no-config');
  expect(without.stdout).not.toContain('acme_key');
});
