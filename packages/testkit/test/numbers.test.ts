import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { backendCases, executorCases, pluginCases } from '../src/index.ts';

describe.each([
  { letter: 'B', cases: backendCases, contract: 'backend/backend.ts' },
  { letter: 'E', cases: executorCases, contract: 'executor/executor.ts' },
  { letter: 'P', cases: pluginCases, contract: 'hooks/plugin.ts' },
])('cases $letter of $contract', ({ letter, cases, contract }) => {
  const ids = cases.map(({ id }) => id);

  test('are numbered without gaps and never twice', () => {
    expect(ids.toSorted()).toEqual(ids.map((_, index) => `${letter}${String(index + 1).padStart(2, '0')}`));
  });

  test('are named in the doc comments of the contract, each, and no others', () => {
    const text = readFileSync(new URL(`../../core/src/${contract}`, import.meta.url), 'utf8');
    const range = new RegExp(`\\b${letter}(\\d{2,})(?: … ${letter}(\\d{2,}))?`, 'g');
    const named = new Set<string>();
    for (const [, first = '', last = first] of text.matchAll(range))
      for (let number = Number(first); number <= Number(last); number++)
        named.add(`${letter}${String(number).padStart(2, '0')}`);
    expect([...named].toSorted()).toEqual(ids.toSorted());
  });
});
