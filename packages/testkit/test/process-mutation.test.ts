import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Backend } from '@orch/core/author';
import { afterAll, expect, test } from 'vitest';
import { backendCases, manualClock, runBackendCase } from '../src/index.ts';
import type { BackendCase } from '../src/index.ts';
import { racingMutants } from './mutants/racing.ts';

const root = join(import.meta.dirname, '../../..');
const sound = readFileSync(join(root, 'examples/write-a-backend/log-backend.ts'), 'utf8');

// Inside the repository, so that it finds the packages.
mkdirSync(join(root, '.scratch'), { recursive: true });
const scratch = mkdtempSync(join(root, '.scratch', 'racing-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const absent = ['changed', 'check', 'damage', 'newer', 'outside'];
const needsOf = ({ needs = [] }: BackendCase): readonly string[] => [needs].flat();
const possible = backendCases.filter((one) => !needsOf(one).some((need) => absent.includes(need)));
const inProcesses = possible.filter((one) => needsOf(one).includes('processes'));
/** Without the one that makes 1,027 runs: what it asks has nothing to do with processes. */
const inOneProcess = possible.filter((one) => !inProcesses.includes(one) && one.id !== 'B76');

async function caughtBy(module: URL, cases: readonly BackendCase[]): Promise<readonly string[]> {
  const { logBackend } = (await import(module.href)) as {
    logBackend: (folder: string, now: () => number) => Backend;
  };
  const caught: string[] = [];
  for (const one of cases)
    await runBackendCase(one, () => {
      const folder = mkdtempSync(join(tmpdir(), 'racing-'));
      const clock = manualClock();
      const make = (): Backend => logBackend(folder, () => clock.now());
      return {
        backend: make(),
        reopen: async () => make(),
        advance: (ms) => clock.advance(ms),
        setBack: (ms) => clock.jump(-ms),
        processes: { module, name: 'logBackend', argument: folder },
        cleanup: () => rmSync(folder, { recursive: true }),
      };
    }).catch(() => caught.push(one.id));
  return caught;
}

test.each(racingMutants)(
  'only processes catch: $mistake',
  async ({ by, edits }) => {
    let text = sound;
    for (const [from, to] of edits) {
      expect(text.split(from)).toHaveLength(2);
      text = text.replace(from, () => to);
    }
    const file = join(scratch, `${by.join('-')}.ts`);
    writeFileSync(file, text);
    const module = pathToFileURL(file);
    expect(await caughtBy(module, inOneProcess)).toEqual([]);
    const expected = inProcesses.filter(({ id }) => by.includes(id));
    expect(await caughtBy(module, expected)).toEqual(by);
  },
  120_000,
);

test('each case of processes has a mistake that it is there for', () => {
  expect(racingMutants.flatMap(({ by }) => by).toSorted()).toEqual(inProcesses.map(({ id }) => id));
});
