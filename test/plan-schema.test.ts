import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { planFormat, parsePlanText } from '@orch/plan';
import { parseWorkflow } from '@orch/core';
import { commandPlugin } from '@orch/plugin-command';
import { retryPlugin } from '@orch/plugin-retry';
import { makePlanSchemas } from '../scripts/make-plan-schema.ts';

const root = join(import.meta.dirname, '..');
const plugins = [commandPlugin(), retryPlugin()];
const files = [...makePlanSchemas()];
// Regular expressions are checked by the plugin, not by whoever completes a plan.
const options = {
  strict: true,
  strictTypes: false,
  strictRequired: false,
  allErrors: true,
  formats: { regex: true as const },
};
const validators: readonly (readonly [string, ValidateFunction])[] = files.map(([file, text]) => [
  basename(file),
  (text.includes('draft-07') ? new Ajv(options) : new Ajv2020(options)).compile(JSON.parse(text) as object),
]);

test.each(files)('%s is what the code says: npm run reference:update', (file, text) => {
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('each key has a description, and an example that fits', () => {
  for (const [index, [, text]] of files.entries()) {
    const { properties, ...rest } = JSON.parse(text) as {
      properties: Record<string, object>;
      $defs?: object;
      definitions?: object;
    };
    const definitions = Object.entries(rest.$defs ?? rest.definitions ?? {});
    const keys = [...Object.entries(properties), ...definitions].filter(([key]) => !key.startsWith('$'));
    expect(keys.length).toBeGreaterThan(25);
    for (const [key, it] of keys) expect(it, key).toMatchObject({ description: expect.stringMatching(/\.$/) });
    const shown = keys.filter(([key]) => key.startsWith('phase_'));
    expect(shown.length).toBeGreaterThan(15);
    for (const [key, it] of shown) {
      const [example] = (it as { examples: unknown[] }).examples;
      const phase = { name: 'a', command: 'x', [key.slice('phase_'.length)]: example };
      expect(validators[index]![1]({ workflow_id: 'w', phases: [phase] }), `${key} ${JSON.stringify(example)}`).toBe(
        true,
      );
    }
  }
});

test.each(validators)('%s takes every plan of the repository', async (_, accepts) => {
  const plans = globSync(
    ['examples/**/{plan,corrected}.json', 'examples/**/plan*.{yaml,yml,jsonc}', 'docs/**/plan.json'],
    {
      cwd: root,
      exclude: (path) => path.includes('node_modules') || path.includes('.orch'),
    },
  );
  expect(plans.length).toBeGreaterThanOrEqual(14);
  for (const path of plans) {
    const { plan } = parsePlanText(readFileSync(join(root, path), 'utf8'), { plugins, format: await planFormat(path) });
    accepts(plan);
    expect([path, accepts.errors]).toEqual([path, null]);
  }
});

const good = { workflow_id: 'w', phases: [{ name: 'a', command: 'x' }] };
/** A plan with a value of a key, in each place that has keys. */
const places: Readonly<Record<string, readonly [keys: string, plan: (key: string, value: unknown) => object]>> = {
  plan: [
    'workflow_id description state_backend checkpoint_interval concurrency timeout defaults phases inputs lock bogus',
    (key, value) => ({ ...good, [key]: value }),
  ],
  phase: [
    'name command timeout depends_on checkpoint if after continue_on_failure output fail_when env cwd shell grace ' +
      'idle_timeout leave_running on_orphan retry retry_count approval bogus',
    (key, value) => ({ ...good, phases: [{ name: 'a', command: 'x', [key]: value }] }),
  ],
  defaults: [
    'timeout checkpoint continue_on_failure retry_count env grace name command depends_on bogus',
    (key, value) => ({ ...good, defaults: { [key]: value } }),
  ],
  input: [
    'type required enum secret description bogus',
    (key, value) => ({ ...good, inputs: { a: { type: 'string', [key]: value } } }),
  ],
  output: [
    'from schema bogus',
    (key, value) => ({ ...good, phases: [{ name: 'a', command: 'x', output: { [key]: value } }] }),
  ],
  retry: [
    'max_attempts backoff delay factor max_delay jitter max_elapsed on not_on repair bogus',
    (key, value) => ({ ...good, phases: [{ name: 'a', command: 'x', retry: { [key]: value } }] }),
  ],
};
const values: readonly unknown[] = [
  [
    null,
    true,
    false,
    -1,
    0,
    1,
    1.5,
    300,
    2 ** 53,
    '',
    ' ',
    'x',
    'w',
    '5',
    '0s',
    '5m',
    '1.5h',
    '5 m',
    'json',
    '../x',
    'sh -c',
  ],
  ['file', 'stdout', 'failed', 'always', 'adopt', 'kill', 'string', 'integer', 'fixed', 'full', 'x'.repeat(5_000)],
  [
    [],
    [5],
    ['x'],
    ['x', ''],
    [''],
    [[]],
    {},
    { A: '1' },
    { A: 1 },
    { '1A': 'x' },
    { x_a: 1 },
    { timeout: 5 },
    { timeout: 0 },
  ],
  [
    { from: 'stdout' },
    { from: 'x' },
    { type: 'string' },
    { a: { type: 'string' } },
    { a: {} },
    { 'a-b': { type: 'string' } },
  ],
  [
    { exit_codes: [1] },
    { exit_codes: ['1'] },
    { exit_codes: [256] },
    { classes: ['timeout'] },
    { command: 'x' },
    { command: [] },
  ],
  [[{ name: 'a', command: 'x' }], [{ name: 'a' }], [{ command: 'x' }], [{ name: '', command: 'x' }], [null]],
].flat();

/** What the parser refuses for a type, a range, or a key that is missing or unknown. */
const ofSchema = /^ORCH_PLAN_(TYPE|UNKNOWN_KEY|MISSING_KEY|NO_WORK|NOT_SUPPORTED)$/;
/** What its schemas do not say: blanks that are all of a text, no name of a program. */
const beyond = (plan: object): boolean => /"command":(" "|\[""\])/.test(JSON.stringify(plan));

describe.each(validators)('%s', (_, accepts) => {
  test.each(Object.entries(places))(
    'refuses what the parser refuses in a place of keys: %s',
    (place, [keys, planWith]) => {
      const counts = { right: 0, wrong: 0 };
      const differing: string[] = [];
      for (const key of keys.split(' '))
        for (const value of values) {
          const plan = planWith(key, value);
          if (beyond(plan)) continue;
          const wrong = parseWorkflow(plan, { plugins }).findings.filter(({ code }) => ofSchema.test(code));
          const said = accepts(plan);
          if (said !== (wrong.length === 0))
            differing.push(
              `${key} ${JSON.stringify(value)}: ${wrong[0]?.message ?? JSON.stringify(accepts.errors)}`.slice(0, 200),
            );
          counts[said ? 'right' : 'wrong']++;
        }
      expect(differing).toEqual([]);
      expect(counts.right, place).toBeGreaterThan(3);
      expect(counts.wrong, place).toBeGreaterThan(50);
    },
  );
  test('refuses what lacks a key or has two that say the same', () => {
    const phase = { name: 'a', command: 'x' };
    for (const plan of [
      {},
      { workflow_id: 'w' },
      { phases: [phase] },
      { ...good, phases: [{ name: 'a' }] },
      { ...good, phases: [{ command: 'x' }] },
      { ...good, phases: [{ ...phase, retry: {}, retry_count: 1 }] },
    ])
      expect([plan, accepts(plan)]).toEqual([plan, false]);
  });
  test('takes what orch ignores, everywhere', () => {
    const ignored = { $schema: './plan.schema.json', $comment: 'why', x_own: { any: 1 } };
    const plan = {
      ...ignored,
      ...good,
      defaults: ignored,
      inputs: { a: { ...ignored, type: 'string' } },
      phases: [{ ...ignored, name: 'a', command: 'x', output: ignored }],
    };
    accepts(plan);
    expect(accepts.errors).toBeNull();
    expect(parseWorkflow(plan, { plugins }).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
