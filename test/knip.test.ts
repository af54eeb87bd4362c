import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const knip = join(import.meta.dirname, '../node_modules/.bin/knip');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'knip-'));
  copyFileSync(join(import.meta.dirname, '../knip.jsonc'), join(root, 'knip.jsonc'));
  write('package.json', JSON.stringify({ name: 'root', type: 'module', private: true }));
  write('pnpm-workspace.yaml', 'packages:\n  - packages/*\n');
  const exported = { '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' } };
  const manifest = { name: '@orch/core', type: 'module', exports: exported, dependencies: {} };
  write('packages/core/package.json', JSON.stringify({ ...manifest, dependencies: { unwanted: '1.0.0' } }));
  write('packages/core/src/index.ts', "export { wanted } from './parts.ts';\nexport const alsoPublic = 1;");
  write('packages/core/src/parts.ts', 'export const wanted = 1;\nexport const unwantedExport = 2;');
  write('packages/core/src/unwanted-file.ts', 'export const x = 1;');
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

it('finds the unused file, export and dependency, and leaves the public ones', () => {
  const { status, stdout } = spawnSync(knip, ['--no-progress', '--no-config-hints', '--reporter', 'json'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  const { issues } = JSON.parse(stdout) as {
    issues: { file: string; [kind: string]: string | { name: string }[] }[];
  };
  const found = issues.flatMap(({ file, ...kinds }) =>
    Object.entries(kinds).flatMap(([kind, names]) =>
      Array.isArray(names) ? names.map(({ name }) => `${kind}: ${file}: ${name}`) : [],
    ),
  );
  expect(found.toSorted()).toEqual([
    'dependencies: packages/core/package.json: unwanted',
    'exports: packages/core/src/parts.ts: unwantedExport',
    'files: packages/core/src/unwanted-file.ts: packages/core/src/unwanted-file.ts',
  ]);
});
