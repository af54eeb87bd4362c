import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { backendCases } from '@orch/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installPacked } from './third-party-plugin/install-packed.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/write-a-backend.md'), 'utf8');
const shown = [...page.matchAll(/<!-- (?:fragment: )?(\S+) -->\n\n```ts\n([^]*?)```/g)];

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'write-a-backend-'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  installPacked(project, ['core', 'testkit']);
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the guide shows files of the repository, to the letter, and the backend in less than 150 lines', () => {
  expect(shown).toHaveLength(2);
  for (const [, path = '', text] of shown) expect(readFileSync(join(root, path), 'utf8')).toBe(text);
  expect(shown[0]?.[2]?.split('\n').length).toBeLessThan(150);
});

test('its backend passes the suite, as published and under node:test', async () => {
  for (const [, path = '', text = ''] of shown) writeFileSync(join(project, basename(path)), text);
  const file = basename(shown[1]?.[1] ?? '');
  // Within node:test only: vitest's own variables and flags are not the user's.
  const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], {
    cwd: project,
    env: { PATH: process.env['PATH'], TMPDIR: tmpdir() },
    maxBuffer: 2 ** 24,
  });
  const lacks: readonly string[] = ['changed', 'check'];
  const left = backendCases.filter(({ needs = [] }) => [needs].flat().some((need) => lacks.includes(need)));
  // And one test that it really lacks them.
  expect(stdout).toContain(`# pass ${backendCases.length - left.length + 1}\n# fail 0\n`);
  expect(stdout).toContain(`# skipped ${left.length}\n`);
  for (const { id } of left) expect(stdout).toMatch(new RegExp(`^ok .* ${id} .*\\(left out: lacks .*\\) # SKIP$`, 'm'));
}, 120_000);
