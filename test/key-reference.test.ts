import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeKeyReference, referencePath } from '../scripts/make-key-reference.ts';

const page = makeKeyReference();
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.slice(2, -2).split(' | '));

test('is what the code says: npm run reference:update', () => {
  expect(readFileSync(join(import.meta.dirname, '..', referencePath), 'utf8')).toBe(page);
});

test('says of each key its type, default, meaning, an example and its owner', () => {
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((cells) => cells.length !== 6 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
});

test('has keys of core, of plugins, and those inside of their values', () => {
  const keys = rows.map(([key]) => key);
  for (const key of [
    'workflow_id',
    'secret',
    'fail_when',
    'from',
    'command',
    'retry',
    'exit_codes',
    'stop_when_unchanged',
  ])
    expect(keys).toContain(`\`${key}\``);
});

test('names what is not carried out, and only that', () => {
  expect(page).toMatch(/Refused by name: `lock`, `approval`, `for_each`, `max_parallel`\.\n$/);
});
