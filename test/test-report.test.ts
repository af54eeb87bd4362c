import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestReport } from '../scripts/test-report.ts';

const repository = join(import.meta.dirname, '..');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'test-report-'));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
});

afterEach(() => rmSync(root, { recursive: true }));

function run(tests: Readonly<Record<string, string>>): unknown {
  for (const [name, text] of Object.entries(tests)) writeFileSync(join(root, name), text);
  const report = join(root, 'report.json');
  const ran = spawnSync(
    join(repository, 'node_modules/.bin/vitest'),
    ['run', `--reporter=${join(repository, 'scripts/test-report.ts')}`],
    { cwd: root, encoding: 'utf8', env: { ...process.env, TEST_REPORT: report } },
  );
  return { status: ran.status, ...(JSON.parse(readFileSync(report, 'utf8')) as object) };
}

const start = "import { expect, it } from 'vitest';\n";

it('counts tests that pass and names none', () => {
  expect(run({ 'a.test.js': `${start}it('a', () => {}); it('b', () => {});` })).toEqual({
    status: 0,
    passed: 2,
    failed: 0,
    failures: [],
    projects: [{ name: '', files: 1, seconds: expect.any(Number) }],
  });
});

it('sums the seconds of the files of each project', () => {
  const config = `export default { test: { projects: ['one', 'two'].map((name) => ({ test: { name, include: [name + '*.js'] } })) } };`;
  // Blocks, so that it takes so long at the least.
  const block = `it('a', () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200); });`;
  const tests = { 'one-a.js': start + block, 'one-b.js': start + block, 'two.js': `${start}it('b', () => {});` };
  const { projects } = run({ 'vitest.config.mjs': config, ...tests }) as Pick<TestReport, 'projects'>;
  expect(projects.map(({ name, files }) => `${name}: ${files}`).toSorted()).toEqual(['one: 2', 'two: 1']);
  expect(projects.find(({ name }) => name === 'one')?.seconds).toBeGreaterThanOrEqual(0.4);
});

it('names each failure: a test, a file that cannot be loaded, an error outside of tests', () => {
  const result = run({
    'a.test.js': `${start}it('fine', () => {}); it('not fine', () => { throw new Error('first\\nsecond') });`,
    'b.test.js': `${start}throw new Error('no way in');`,
    'c.test.js': `${start}it('c', () => { void Promise.reject(new Error('nobody waits')) });`,
  });
  expect(result).toEqual({
    status: 1,
    passed: 2,
    failed: 3,
    failures: expect.arrayContaining([
      'a.test.js > not fine: first',
      'b.test.js: no way in',
      'outside of tests: nobody waits',
    ]),
    projects: [{ name: '', files: 3, seconds: expect.any(Number) }],
  });
});
