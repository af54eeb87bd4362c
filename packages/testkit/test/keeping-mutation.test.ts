import { afterAll, describe, expect, test } from 'vitest';
import { backendCases, runBackendCase } from '../src/index.ts';
import { editedLogs } from './edited-log.ts';
import { keepingMutants } from './mutants/keeping.ts';

const logs = editedLogs();
afterAll(() => logs.remove());

const cases = ['B78', 'B97', 'B98'].map((id) => backendCases.find((one) => one.id === id)!);

describe.each(keepingMutants)('$mistake', ({ mistake, by, edits }) => {
  test.each(cases)(`is judged by $id`, async (one) => {
    const create = await logs.edit(mistake.replaceAll(' ', '-'), edits);
    const run = runBackendCase(one, create);
    if (by.includes(one.id)) await expect(run).rejects.toThrow();
    else await expect(run).resolves.toBeUndefined();
  });
});
