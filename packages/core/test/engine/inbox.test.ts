import { expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import type { Backend } from '../../src/backend/backend.ts';
import { orchError } from '../../src/errors/orch-error.ts';
import { bench, probes, settled } from './bench.ts';

/** A backend whose inbox answers with an error. */
function withInboxError(error: Error): Backend {
  return { ...memoryBackend(), messages: () => Promise.reject(error) };
}

it('an inbox that is damaged is told once, and the run goes on', async () => {
  const damaged = orchError({ code: 'ORCH_JOURNAL_DAMAGED', message: 'inbox/m1.json is damaged at byte 3.' });
  const { orch, clock, probe, warnings } = bench({ backend: withInboxError(damaged) });
  const handle = orch.execute(probes('a'));
  await settled();
  await clock.advance(5_000);
  expect(warnings).toEqual([expect.stringContaining('inbox/m1.json is damaged at byte 3')]);
  probe.last('a').end();
  expect(await handle.result()).toMatchObject({ status: 'completed' });
});

it('one that is out of reach for a moment is not worth a word', async () => {
  const away = orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: 'away' });
  const { orch, clock, probe, warnings } = bench({ backend: withInboxError(away) });
  const handle = orch.execute(probes('a'));
  await settled();
  await clock.advance(5_000);
  expect(warnings).toEqual([]);
  probe.last('a').end();
  await handle.result();
});
