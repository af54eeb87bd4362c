import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const repository = join(import.meta.dirname, '..');

/** Runs tests on a machine without any program, and answers with the last lines. */
function lastLines(tests: Readonly<Record<string, string>>, count: number): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'not-run-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'bin'));
  const start = `import { describe, it } from 'vitest';\nimport { available } from '${repository}/test/hard/need.ts';\n`;
  for (const [name, text] of Object.entries(tests)) writeFileSync(join(root, name), start + text);
  const reporter = join(repository, 'scripts/report-not-run.ts');
  const words = ['run', '--reporter=default', `--reporter=${reporter}`];
  const { ORCH_REQUIRE: _require, ...rest } = process.env;
  const env = { ...rest, PATH: join(root, 'bin'), NO_COLOR: '1' };
  const program = [join(repository, 'node_modules/vitest/vitest.mjs'), ...words, '2>&1'];
  const { stdout } = spawnSync('/bin/sh', ['-c', `"$0" ${program.join(' ')}`, process.execPath], {
    cwd: root,
    encoding: 'utf8',
    env,
  });
  return stdout.trimEnd().split('\n').slice(-count);
}

it('says at the very end how many tests did not run, where, and what is missing', () => {
  const skipped = `describe.skipIf(!available('redis'))('a', () => { it('1', () => {}); it('2', () => {}); });`;
  const lines = lastLines(
    {
      'a.test.js': `${skipped} it('runs', () => {});`,
      'b.test.js': `it.runIf(available('redis'))('b', () => {}); it.skipIf(!available('zsh'))('c', () => {});`,
      'c.test.js': skipped,
      'd.test.js': `it('runs', () => {});`,
    },
    2,
  );
  expect(lines.toSorted()).toEqual([
    'NOT RUN: 2 tests in b.test.js: redis-server is missing; zsh is missing',
    'NOT RUN: 4 tests in a.test.js, c.test.js: redis-server is missing',
  ]);
});

it('says nothing where all have run', () => {
  const said = lastLines({ 'a.test.js': `it('runs', () => {});` }, 50).join('\n');
  expect(said).toMatch(/Tests .*1 passed/);
  expect(said).not.toContain('NOT RUN');
});
