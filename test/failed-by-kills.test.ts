import type { RunEvent } from '@orch/core';
import { describe, expect, it } from 'vitest';
import { failedByKills } from '../scripts/trial/failed-by-kills.ts';

function failed(more: Partial<Extract<RunEvent, { type: 'phase.failed' }>>): RunEvent {
  return {
    type: 'phase.failed',
    version: 5,
    at: 0,
    epoch: 1,
    phase: 'a',
    attempt: 3,
    part: 'main',
    class: 'exit',
    error: { code: 'ORCH_PHASE_EXIT', message: 'x' },
    durationMs: 1,
    charge: true,
    ...more,
  };
}

const killed = failed({ exitCode: 137 });

describe('a run that failed', () => {
  it.each([
    ['exit code 137', [killed]],
    ['lost too often', [failed({ class: 'interrupted' })]],
    ['a signal', [failed({ class: 'signal', signal: 'SIGKILL' })]],
    ['another failure that was tried again', [killed, failed({ exitCode: 75, retryAt: 9 })]],
  ])('by our kills: %s', (_, events) => expect(failedByKills('tree', events)).toBe(true));

  it.each([
    ['another exit code', [failed({ exitCode: 97 })]],
    ['one of our kills, and something else', [killed, failed({ exitCode: 1 })]],
    ['a timeout', [failed({ class: 'timeout' })]],
    ['no failure that is told', []],
  ])('by something else: %s', (_, events) => expect(failedByKills('tree', events)).toBe(false));

  it('is never excused where only orch was killed', () => expect(failedByKills('orch', [killed])).toBe(false));
});
