// Each call that changes anything, of an execute and of a recover; all calls, and longer runs: node scripts/every-syscall.ts --long
import { describe, expect, it } from 'vitest';
import { failExecuteEverywhere, killExecuteEverywhere, killRecoverEverywhere } from '../../scripts/every-syscall.ts';
import type { SweepOptions, SweepResult } from '../../scripts/every-syscall.ts';
import { orchFromSources } from '../../scripts/trial/orch-process.ts';
import { available } from './need.ts';

const patience = 400_000;
const options: SweepOptions = { program: orchFromSources, phases: 3, lanes: 3, all: false };

describe.runIf(available('strace'))('a run of three phases', () => {
  it('is right whichever call of execute is the last', { timeout: patience }, async () => {
    const result = await killExecuteEverywhere(options);
    expectRight(result);
    expect(result.hit).toBeGreaterThan(70);
    expect(result.adopted).toBeGreaterThan(0);
    expect(result.interrupted).toBeGreaterThan(0);
  });

  it('is right whichever call of recover is the last', { timeout: patience }, async () => {
    const result = await killRecoverEverywhere(options);
    expectRight(result);
    expect(result.hit).toBeGreaterThan(35);
    expect(result.adopted).toBeGreaterThan(0);
  });

  // More at once: where an append fails, orch waits for some seconds, should the backend come back.
  it('goes on or says why not, whichever call fails', { timeout: patience }, async () => {
    const result = await failExecuteEverywhere({ ...options, lanes: 6 });
    expectRight(result);
    expect(result.hit).toBeGreaterThan(80);
    expect(result.gaveUp).toBeGreaterThan(30);
  });
});

function expectRight({ faults, missed, acknowledged, hit }: SweepResult): void {
  expect(faults).toEqual([]);
  // Both neighbours of such a call are hit: it comes at another place where a command is looked at once more.
  expect(missed.length, missed.join(', ')).toBeLessThanOrEqual(2);
  // Each of them, whatever became of it, was brought to its end.
  expect(acknowledged).toBeGreaterThan(2.5 * hit);
}
