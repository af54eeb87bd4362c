import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkDuplicates } from '../scripts/check-duplicates.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-duplicates-'));
  for (const folder of ['packages', 'scripts', 'bench', 'examples', 'skills', 'test']) mkdirSync(join(root, folder));
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** So many lines of 8 tokens, none of which stands elsewhere by another salt. */
const code = (salt: string, lines: number): string =>
  Array.from({ length: lines }, (_, n) => `export const ${salt}${n} = sum(${n}, ${salt});\n`).join('');

it('finds what stands in two sources, whichever their packages', () => {
  write('packages/a/src/a.ts', code('a', 20) + code('same', 6));
  write('packages/b/src/b.ts', code('b', 20) + code('same', 6));
  const [finding = '', ...others] = checkDuplicates(root, () => {});
  expect(finding).toContain('Duplicate code (sources):');
  expect(finding).toContain('packages/a/src/a.ts');
  expect(finding).toContain('packages/b/src/b.ts');
  expect(others).toEqual([]);
});

it('finds longer ones in tests', () => {
  write('packages/a/src/a.ts', code('a', 20));
  write('packages/a/test/a.test.ts', code('b', 20) + code('same', 20));
  write('test/b.test.ts', code('c', 20) + code('same', 20));
  const findings = checkDuplicates(root, () => {});
  expect(findings).toEqual([expect.stringContaining('Duplicate code (tests too):')]);
});

it('is content with code that stands once, and says how much that is', () => {
  write('packages/a/src/a.ts', code('a', 20));
  write('test/b.test.ts', code('c', 20));
  const looked: string[] = [];
  expect(checkDuplicates(root, (what) => looked.push(what))).toEqual([]);
  expect(looked.map((it) => /^Looked at \d files/.exec(it)?.[0])).toEqual(['Looked at 1 files', 'Looked at 2 files']);
});

it('fails where there is nothing to look at', () => {
  expect(checkDuplicates(root, () => {})).toHaveLength(2);
});
