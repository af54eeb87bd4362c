import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkApi } from '../scripts/check-api.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-api-test-'));
  const exported = { '.': { types: './dist/index.d.ts' }, './author': { types: './dist/author.d.ts' } };
  write('packages/thing/package.json', JSON.stringify({ name: '@orch/thing', type: 'module', exports: exported }));
  write('packages/thing/dist/inner.d.ts', 'export interface Inner { readonly depth: number }');
  write(
    'packages/thing/dist/index.d.ts',
    "import type { Inner } from './inner.ts';\nexport declare function thing(): Inner;",
  );
  write('packages/thing/dist/author.d.ts', 'export declare const author: string;');
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

const entries = ['@orch/thing', '@orch/thing/author'];

it('is content once the reports are written', () => {
  expect(checkApi(root, { update: true })).toEqual({ entries, findings: [] });
  expect(readdirSync(join(root, 'docs/api'))).toEqual(['thing.api.md', 'thing.author.api.md']);
  expect(readFileSync(join(root, 'docs/api/thing.api.md'), 'utf8')).toContain('export function thing(): Inner;');
  expect(checkApi(root)).toEqual({ entries, findings: [] });
});

it('shows what changed, in a type too that is only reached by a public one', () => {
  checkApi(root, { update: true });
  write('packages/thing/dist/inner.d.ts', 'export interface Inner { readonly depth: string }');
  const { findings } = checkApi(root);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toContain('The public types of @orch/thing differ from docs/api/thing.api.md');
  expect(findings[0]).toMatch(/-\s+readonly depth: number .*\n\+\s+readonly depth: string/);
  expect(checkApi(root, { update: true }).findings).toEqual([]);
  expect(checkApi(root).findings).toEqual([]);
});

it('does not write what it only compares', () => {
  expect(checkApi(root).findings).toEqual([
    '@orch/thing: its report docs/api/thing.api.md is missing.',
    '@orch/thing/author: its report docs/api/thing.author.api.md is missing.',
  ]);
  expect(readdirSync(join(root, 'docs/api'))).toEqual([]);
});

it('finds the report of an entry that is gone, and an entry that was not built', () => {
  checkApi(root, { update: true });
  write('docs/api/other.api.md', '');
  rmSync(join(root, 'packages/thing/dist/author.d.ts'));
  expect(checkApi(root).findings).toEqual([
    expect.stringMatching(/^@orch\/thing\/author: .*author\.d\.ts is missing\. Build first: npm run build$/),
    'docs/api/other.api.md is the report of an entry that no package has.',
  ]);
});
