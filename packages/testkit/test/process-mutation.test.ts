import { afterAll, expect, test } from 'vitest';
import { backendCases, runBackendCase } from '../src/index.ts';
import type { BackendCase } from '../src/index.ts';
import { editedLogs } from './edited-log.ts';
import { racingMutants } from './mutants/racing.ts';

const logs = editedLogs();
afterAll(() => logs.remove());

const absent = ['changed', 'check', 'damage', 'newer', 'outside'];
const needsOf = ({ needs = [] }: BackendCase): readonly string[] => [needs].flat();
const possible = backendCases.filter((one) => !needsOf(one).some((need) => absent.includes(need)));
const inProcesses = possible.filter((one) => needsOf(one).includes('processes'));
/** Without the one that makes 1,027 runs: what it asks has nothing to do with processes. */
const inOneProcess = possible.filter((one) => !inProcesses.includes(one) && one.id !== 'B76');

test.each(racingMutants)(
  'only processes catch: $mistake',
  async ({ by, edits }) => {
    const create = await logs.edit(by.join('-'), edits);
    const caughtBy = async (cases: readonly BackendCase[]): Promise<readonly string[]> => {
      const caught: string[] = [];
      for (const one of cases) await runBackendCase(one, create).catch(() => caught.push(one.id));
      return caught;
    };
    expect(await caughtBy(inOneProcess)).toEqual([]);
    expect(await caughtBy(inProcesses.filter(({ id }) => by.includes(id)))).toEqual(by);
  },
  120_000,
);

test('each case of processes has a mistake that it is there for', () => {
  expect(racingMutants.flatMap(({ by }) => by).toSorted()).toEqual(inProcesses.map(({ id }) => id));
});
