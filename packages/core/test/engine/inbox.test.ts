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

/** Counts the looks at the inbox. */
function counting(tells: boolean): { readonly backend: Backend; looks: number } {
  const real = memoryBackend();
  const messages: Backend['messages'] = (run) => {
    counted.looks++;
    return real.messages(run);
  };
  const silent: Backend = { ...real, messages };
  if (!tells) delete silent.changed;
  const counted = { looks: 0, backend: silent };
  return counted;
}

it('one whose backend tells of changes is looked at when there is one, not every moment', async () => {
  const counted = counting(true);
  const { orch, clock, probe } = bench({ backend: counted.backend });
  const handle = orch.execute(probes('a'));
  await settled();
  await clock.advance(60_000);
  const { looks } = counted;
  expect(looks).toBeLessThan(5);
  await counted.backend.post(handle.runId, { id: 'm1', body: { type: 'cancel', by: 'somebody' } });
  await settled();
  await clock.advance(500);
  expect(counted.looks).toBeGreaterThan(looks);
  probe.last('a').end();
  expect(await handle.result()).toMatchObject({ status: 'cancelled' });
});

it('one whose backend does not is looked at twice a second', async () => {
  const counted = counting(false);
  const { orch, clock, probe } = bench({ backend: counted.backend });
  const handle = orch.execute(probes('a'));
  await settled();
  await clock.advance(60_000);
  expect(counted.looks).toBe(120);
  probe.last('a').end();
  await handle.result();
});
