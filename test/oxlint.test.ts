import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const repository = join(import.meta.dirname, '..');

it('refuses a source file of more than 300 lines, and warns of any other', () => {
  const root = mkdtempSync(join(tmpdir(), 'oxlint-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  copyFileSync(join(repository, '.oxlintrc.json'), join(root, '.oxlintrc.json'));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  const lines = (count: number): string => 'export const a = 1;\n'.replace('\n', '\n'.repeat(count));
  const files: Readonly<Record<string, number>> = {
    'packages/a/src/room/long.ts': 301,
    'packages/a/src/room/full.ts': 300,
    'packages/a/test/long.ts': 301,
  };
  for (const [name, count] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), lines(count));
  }
  const { status, stdout } = spawnSync(join(repository, 'node_modules/.bin/oxlint'), ['--format', 'json', 'packages'], {
    cwd: root,
    encoding: 'utf8',
  });
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly code: string; readonly severity: string; readonly filename: string }[];
  };
  expect(diagnostics.map(({ code, severity, filename }) => `${filename}: ${severity} ${code}`).toSorted()).toEqual([
    'packages/a/src/room/long.ts: error eslint(max-lines)',
    'packages/a/test/long.ts: warning eslint(max-lines)',
  ]);
  expect(status).toBe(1);
});
