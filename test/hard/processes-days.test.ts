import { expect, test } from 'vitest';
import { systemClock } from '@orch/core/author';
import type { Clock } from '@orch/core/author';
import { manualClock } from '@orch/testkit';
import { isAlive, until } from '../../packages/cli/test/orch-process.ts';
import { stagePerTest } from './processes/stage.ts';
import { verdictOf } from './processes/verdict.ts';

const stage = stagePerTest();
const daysMs = 30 * 24 * 3_600_000;

test('a timeout of 30 days, more than a timer of Node takes, passes when it is time and not before', async () => {
  const manual = manualClock();
  // What keeps the lease is short, and may go by real time: half a million times in 30 days.
  const clock: Clock = {
    ...manual,
    timer: (delayMs, wake) => (delayMs >= daysMs ? manual : systemClock).timer(delayMs, wake),
  };
  stage().drive(
    [{ name: 'long', command: 'echo $$; sleep 600; :', timeout: '30d', idle_timeout: '30d', grace: '30d' }],
    {
      clock,
    },
  );
  await until(
    () => stage().logOf('long').endsWith('\n') && manual.pending === 1,
    () => 'the start of the command and of its timeout',
  );
  const pid = Number(stage().logOf('long'));
  await manual.advance(daysMs - 1);
  expect(manual.pending).toBe(1);
  expect(isAlive(pid)).toBe(true);
  await manual.advance(1);
  await stage().ended();
  expect(isAlive(pid)).toBe(false);
  const long = (await stage().phases()).get('long')!;
  expect(verdictOf(long)).toEqual({ status: 'failed', class: 'timeout', exitCode: 143, code: 'ORCH_PHASE_TIMEOUT' });
  expect(long.attempts[0]!.endedAt! - long.attempts[0]!.startedAt).toBe(daysMs);
});
