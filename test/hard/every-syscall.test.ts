// Each call that changes anything, of an execute and of a recover, and each read for the first time, with one of the errors
// that it can have; all calls, each with all of them, and longer runs: node scripts/every-syscall.ts --long
import { describe, expect, it } from 'vitest';
import {
  failExecuteEverywhere,
  failRecoverEverywhere,
  harmBackendsFile,
  killExecuteEverywhere,
  killRecoverEverywhere,
  shortenExecuteEverywhere,
  shortenRecoverEverywhere,
} from '../../scripts/every-syscall.ts';
import type { SweepOptions } from '../../scripts/every-syscall.ts';
import type { SweepResult } from '../../scripts/trial/harm-sweep.ts';
import { builtOrch } from '../../scripts/trial/orch-process.ts';
import { available } from './need.ts';

const patience = 600_000;
const killing: SweepOptions = { program: builtOrch, phases: 3, lanes: 3, all: false };
// More at once: where an append fails, orch waits for some seconds, should the backend come back. The third of three
// phases makes the calls that the second made.
const failing: SweepOptions = { ...killing, phases: 2, lanes: 6 };

describe.runIf(available('strace'))('a run of three phases', () => {
  it('is right whichever call of execute is the last', { timeout: patience }, async () => {
    const result = await killExecuteEverywhere(killing);
    expectRight(result);
    expect(result.hit).toBeGreaterThan(70);
    expect(result.adopted).toBeGreaterThan(0);
    expect(result.interrupted).toBeGreaterThan(0);
  });

  it('is right whichever call of recover is the last', { timeout: patience }, async () => {
    const result = await killRecoverEverywhere(killing);
    expectRight(result);
    expect(result.hit).toBeGreaterThan(35);
    expect(result.adopted).toBeGreaterThan(0);
  });
});

describe.runIf(available('strace'))('a run of two phases', () => {
  it('goes on or says why not, whichever call of execute fails', { timeout: patience }, async () => {
    const result = await failExecuteEverywhere(failing);
    expectRight(result);
    expect(result.hit).toBeGreaterThan(65);
    expect(result.gaveUp).toBeGreaterThan(35);
  });

  it('goes on or says why not, whichever call of recover fails', { timeout: patience }, async () => {
    const result = await failRecoverEverywhere(failing);
    expectRight(result);
    expect(result.hit).toBeGreaterThan(60);
    expect(result.gaveUp).toBeGreaterThan(20);
    expect(result.adopted).toBeGreaterThan(40);
    // What tells of the end of the adopted command, and of messages.
    for (const name of ['inotify_init1', 'inotify_add_watch'])
      expect(result.calls.filter((call) => call.startsWith(name)).length, name).toBeGreaterThan(0);
  });

  it('is right whichever call about backends.json is the last, or fails', { timeout: patience }, async () => {
    const result = await harmBackendsFile(failing);
    expectRight(result);
    expect(result.calls).toEqual(expect.arrayContaining(backendsFileCalls));
    expect(result.gaveUp).toBeGreaterThan(2);
  });
});

const backendsFileCalls = ['openat', 'write', 'rename'].map((name) =>
  expect.stringMatching(new RegExp(String.raw`^${name} .*\.orch/backends\.json`)),
) as unknown as string[];

describe('a run whose writes are cut short', () => {
  it('is right whichever write of execute it is', { timeout: patience }, async () => {
    const result = await shortenExecuteEverywhere({ ...failing, lanes: 4 });
    expectRight(result);
    expect(result.hit).toBeGreaterThan(40);
    expect(result.gaveUp).toBeGreaterThan(4);
    expect(result.calls).toContain('write .orch/runs/trial/journal-1');
  });

  it('is right whichever write of recover it is', { timeout: patience }, async () => {
    const result = await shortenRecoverEverywhere({ ...failing, lanes: 4 });
    expectRight(result);
    expect(result.hit).toBeGreaterThan(25);
    expect(result.gaveUp).toBeGreaterThan(2);
    expect(result.adopted).toBeGreaterThan(20);
  });
});

/**
 * Made once the process table was read, which opens and looks at some files for each process that there is: the
 * how-manieth of its name such a call is, nobody knows. A kill there is a kill after the call before, and files fail to open in
 * `execute`. The others ask whose output goes to the log of the adopted command.
 */
const afterTheTable: readonly string[] = [
  'openat .orch/runs/trial/.new',
  'openat .orch/runs/trial/attempts/p2.1.KEY.log',
  'statx ',
  'statx .orch',
  'statx .orch/runs',
  'statx .orch/runs/trial',
  'statx .orch/runs/trial/attempts/p1.1.KEY.log',
  'statx .orch/runs/trial/attempts/p1.1.KEY.stdout',
];

/** How often the state of an adopted command is read before it is over depends on when its folder is said to have changed. */
const ofTheAdopted: readonly string[] = ['openat .orch/runs/trial/attempts/p1.1.KEY.state'];

/**
 * Of the pipe that the start of a command comes through. What such a call is about cannot be seen, and whether the table
 * was read before the third command differs. The calls around them are hit: pipe2, clone, and the close of the log.
 */
const ofThePipe: readonly string[] = ['close no file', 'read no file'];

function expectRight({ faults, missed, leftOut, acknowledged, trials }: SweepResult): void {
  expect(faults).toEqual([]);
  const allowed = [...afterTheTable, ...ofThePipe, ...ofTheAdopted];
  expect([...missed, ...leftOut].filter((call) => !allowed.includes(call))).toEqual([]);
  // Each of them, whatever became of it, was brought to its end.
  expect(acknowledged).toBeGreaterThanOrEqual(trials);
}
