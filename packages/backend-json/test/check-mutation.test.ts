import type { Backend, StateFinding } from '@orch/core/author';
import { backendCases, runBackendCase } from '@orch/testkit';
import { expect, test } from 'vitest';
import { jsonUnderTest } from './json-under-test.ts';

type Sound = Backend & Required<Pick<Backend, 'check'>>;

/** Mistakes of looking at what is stored. */
const mutants: readonly {
  readonly mistake: string;
  /** The case that is there to catch it. */
  readonly by: string;
  readonly check: (sound: Sound) => Promise<readonly StateFinding[]>;
}[] = [
  {
    mistake: 'a lease that is held is damage',
    by: 'B79',
    check: async (sound) => {
      const found = [...(await sound.check())];
      for (const { runId } of (await sound.list({})).runs)
        if ((await sound.holder(runId)) !== undefined)
          found.push({ code: 'ORCH_RUN_OWNED', severity: 'error', message: 'It is held.', run: runId });
      return found;
    },
  },
  {
    mistake: 'takes what it looks at',
    by: 'B79',
    check: async (sound) => {
      const { runs } = await sound.list({});
      for (const { runId } of runs) {
        const holder = await sound.holder(runId);
        const over = holder === undefined ? {} : { overEpoch: holder.epoch };
        await sound.acquire(runId, { owner: holder!.by, token: 'checker', ttlMs: 1, ...over });
      }
      return sound.check();
    },
  },
  { mistake: 'finds nothing', by: 'B80', check: async () => [] },
  { mistake: 'names no run', by: 'B80', check: changed(({ run: _run, ...finding }) => finding) },
  { mistake: 'names another run', by: 'B80', check: changed((finding) => ({ ...finding, run: 'good' })) },
  { mistake: 'does not say what to do', by: 'B80', check: changed(({ hint: _hint, ...finding }) => finding) },
  {
    mistake: 'takes damage for a broken machine',
    by: 'B80',
    check: changed((finding) => ({ ...finding, code: 'ORCH_BACKEND_UNAVAILABLE' })),
  },
];

function changed(change: (finding: StateFinding) => StateFinding): (sound: Sound) => Promise<readonly StateFinding[]> {
  return async (sound) => (await sound.check()).map(change);
}

test.each(mutants)('$by catches: $mistake', async ({ by, check }) => {
  const one = backendCases.find(({ id }) => id === by);
  const spoil = (sound: Backend): Backend => ({ ...sound, check: () => check(sound as Sound) });
  const run = runBackendCase(one!, () => {
    const given = jsonUnderTest();
    return { ...given, backend: spoil(given.backend), reopen: async () => spoil(await given.reopen!()) };
  });
  await expect(run).rejects.toThrow();
});
