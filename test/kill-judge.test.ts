import type { RunEvent } from '@orch/core';
import type { EventBody } from '@orch/core/author';
import { describe, expect, it } from 'vitest';
import { judge, judgeWork } from '../scripts/trial/judge.ts';
import type { Evidence, KillMode, Work } from '../scripts/trial/judge.ts';
import { parseStepLog } from '../scripts/trial/step-log.ts';

const created = {
  type: 'run.created',
  format: 1,
  workflow: {
    id: 'two',
    phases: [
      { name: 'first', kind: 'command' },
      { name: 'second', kind: 'command', dependsOn: ['first'] },
    ],
  },
  workflowHash: '',
  inputs: {},
  options: {},
  directory: '/',
} satisfies EventBody;

const startedRun = {
  type: 'run.started',
  owner: { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: 1, startTime: '1' },
  orchVersion: '0',
  concurrency: 2,
} satisfies EventBody;

const attempt = (phase: string, number: number) => ({ phase, attempt: number, part: 'main' }) as const;
const started = (phase: string, number: number): EventBody => ({
  type: 'phase.started',
  key: `${phase}-${number}`,
  ...attempt(phase, number),
});
const adopted = (phase: string, number: number): EventBody => ({ type: 'phase.adopted', ...attempt(phase, number) });
const completed = (phase: string, number: number): EventBody => ({
  type: 'phase.completed',
  durationMs: 1,
  ...attempt(phase, number),
});
const interrupted = (phase: string, number: number): EventBody => ({
  type: 'phase.interrupted',
  reason: 'lost',
  ...attempt(phase, number),
});
const runCompleted: EventBody = { type: 'run.completed' };

/** Each `run.started` begins a new epoch. */
function journal(...bodies: EventBody[]): RunEvent[] {
  let epoch = 0;
  return bodies.map((body, index) => {
    if (body.type === 'run.started') epoch++;
    return { ...body, version: index + 1, at: index, epoch: Math.max(epoch, 1) };
  });
}

const adoptedOnce = journal(
  created,
  startedRun,
  started('first', 1),
  startedRun,
  adopted('first', 1),
  completed('first', 1),
  started('second', 1),
  completed('second', 1),
  runCompleted,
);

const bothOnce = 'S first 10 1.0 first-1\nE first 10 1.1 0\nS second 11 1.2 second-1\nE second 11 1.3 0\n';

interface Given {
  readonly events: readonly RunEvent[];
  readonly log?: string;
  readonly mode?: KillMode;
  readonly printed?: readonly RunEvent[];
  readonly leftovers?: readonly string[];
}

function faultsOf({
  events,
  log = bothOnce,
  mode = 'orch',
  printed = events,
  leftovers = [],
}: Given): readonly string[] {
  const evidence: Evidence = { mode, events, printed, leftovers, steps: parseStepLog(log, { keys: true }) };
  return judge(evidence).faults;
}

describe('a sound run', () => {
  it('has no faults, and is counted', () => {
    const steps = parseStepLog(bothOnce, { keys: true });
    const verdict = judge({
      mode: 'orch',
      events: adoptedOnce,
      printed: adoptedOnce.slice(0, 6),
      steps,
      leftovers: [],
    });
    expect(verdict).toEqual({ takeUps: 2, completed: 2, adopted: 1, interrupted: 0, acknowledged: 1, faults: [] });
  });

  it('may have an interrupted attempt that never began', () => {
    const events = journal(
      created,
      startedRun,
      started('first', 1),
      startedRun,
      interrupted('first', 1),
      started('first', 2),
      completed('first', 2),
      started('second', 1),
      completed('second', 1),
      runCompleted,
    );
    expect(faultsOf({ events, log: bothOnce.replace('first-1', 'first-2') })).toEqual([]);
    expect(faultsOf({ events })).toContain('attempt 1 of "first" was interrupted, though only orch was killed');
  });
});

describe('a planted fault is seen:', () => {
  it('a completed phase that is started again', () => {
    const events = journal(
      created,
      startedRun,
      started('first', 1),
      completed('first', 1),
      started('first', 2),
      completed('first', 2),
      started('second', 1),
      completed('second', 1),
      runCompleted,
    );
    const log = `S first 9 0.5 first-1\nE first 9 0.6 0\n${bothOnce.replace('first-1', 'first-2')}`;
    expect(faultsOf({ events, log })).toEqual(['phase.started of "first" (version 5): the phase was completed before']);
  });

  it('a reset that names a completed phase', () => {
    const [head, tail] = [adoptedOnce.slice(0, 6), adoptedOnce.slice(6)];
    const events = journal(...head, { type: 'run.reset', cause: 'recover', phases: ['first'] }, ...tail);
    expect(faultsOf({ events }).join()).toContain('resets the completed phase "first"');
  });

  it('two attempts at once in the journal', () => {
    const events = journal(
      created,
      startedRun,
      started('first', 1),
      started('first', 2),
      completed('first', 2),
      runCompleted,
    );
    expect(faultsOf({ events }).join()).toContain('version 4): attempt 1 was still running');
  });

  it('two attempts at once in the world', () => {
    expect(faultsOf({ events: adoptedOnce, log: `${bothOnce}C first 12 1.0 10\n` })).toEqual([
      '"first" started while another copy of it was running',
    ]);
  });

  it('a double start of one attempt', () => {
    expect(faultsOf({ events: adoptedOnce, log: `S first 9 0.9 first-1\n${bothOnce}` })).toEqual([
      '"first" ran twice as attempt first-1',
      '"first" ran 2 times, with 1 attempts in the journal',
      '"first" ran 2 times for 1 attempts that were not interrupted',
    ]);
  });

  it('a double start that only the number of starts shows', () => {
    const steps = parseStepLog(`S first 9 0.9 1\n${bothOnce}`, { keys: false });
    const { faults } = judge({ mode: 'tree', events: adoptedOnce, printed: [], steps, leftovers: [] });
    expect(faults).toEqual(['"first" ran 2 times, with 1 attempts in the journal']);
  });

  it('a start that the journal does not know', () => {
    expect(faultsOf({ events: adoptedOnce, log: bothOnce.replace('first-1', 'other'), mode: 'tree' })).toEqual([
      '"first" ran as attempt other, which the journal does not know',
    ]);
  });

  it('a phase that is completed without having run', () => {
    expect(faultsOf({ events: adoptedOnce, log: bothOnce.replace('E second 11 1.3 0\n', ''), mode: 'tree' })).toEqual([
      '"second" is completed, but never ran to a good end',
    ]);
  });

  it('a start before its dependency', () => {
    const events = journal(
      created,
      startedRun,
      started('second', 1),
      started('first', 1),
      completed('first', 1),
      completed('second', 1),
      runCompleted,
    );
    expect(faultsOf({ events })).toEqual(['phase.started of "second" (version 3): first was not completed']);
    expect(faultsOf({ events: adoptedOnce, log: `${bothOnce}V second 11 1.2 0\n` })).toEqual([
      '"second" started before what it depends on was done',
    ]);
  });

  it('an acknowledged event that is lost, or another one', () => {
    const printed = [...adoptedOnce, ...journal(...adoptedOnce, completed('second', 2)).slice(-1)];
    expect(faultsOf({ events: adoptedOnce, printed })).toEqual([
      'phase.completed of "second" (version 10) was printed as committed, and the journal does not have it',
    ]);
    const reordered = adoptedOnce.map(({ at, version, ...rest }) => ({ version, at, ...rest }) as RunEvent);
    expect(faultsOf({ events: adoptedOnce, printed: reordered })).toEqual([]);
    const other = adoptedOnce.map((event) => ({ ...event, at: event.version === 6 ? 99 : event.at }));
    expect(faultsOf({ events: adoptedOnce, printed: other })).toHaveLength(1);
  });

  it('a run that did not end, or went on after its end', () => {
    expect(faultsOf({ events: adoptedOnce.slice(0, -1) })).toEqual(['run.completed stands 0 times in the journal']);
    const events = journal(...adoptedOnce, { type: 'warning', message: 'late' });
    expect(faultsOf({ events })).toEqual(['there are events after run.completed']);
  });

  it('gaps and steps back in versions and epochs', () => {
    const [head, tail] = [adoptedOnce.slice(0, 5), adoptedOnce.slice(6)];
    expect(faultsOf({ events: [...head, ...tail], mode: 'tree' })[0]).toBe('event 6 has version 7');
    const events = adoptedOnce.map((event) => (event.version === 7 ? { ...event, epoch: 1 } : event));
    expect(faultsOf({ events })).toEqual(['phase.started of "second" (version 7) is of epoch 1, after epoch 2']);
  });

  it('an attempt without an end, and one that is numbered again', () => {
    const head = adoptedOnce.slice(0, 3);
    expect(faultsOf({ events: journal(...head, runCompleted) })).toContain('attempt 1 of "first" has no end');
    const again = journal(...head, interrupted('first', 1), started('first', 1));
    expect(faultsOf({ events: again })).toContain(
      'phase.started of "first" (version 5): attempt 1 is not a new number',
    );
    expect(faultsOf({ events: again })).toContain('phase.started of "first" (version 5): its key was used before');
  });

  it('a process that is left over, and a line that nobody wrote', () => {
    expect(faultsOf({ events: adoptedOnce, leftovers: ['42 sleep 9'] })).toEqual(['left over: 42 sleep 9']);
    expect(faultsOf({ events: adoptedOnce, log: `${bothOnce}S fir\n` })).toEqual([
      'the log of the stand-ins has a strange line: S fir',
    ]);
  });
});

describe('a loop that did not work', () => {
  const sound: Work = {
    kills: 5,
    wantedKills: 5,
    recovers: 5,
    completed: 8,
    acknowledged: 8,
    commandsKilled: 3,
    adopted: 2,
    interrupted: 3,
  };

  it('is told from one that did', () => {
    expect(judgeWork('orch', { ...sound, commandsKilled: 0, interrupted: 0 })).toEqual([]);
    expect(judgeWork('tree', { ...sound, adopted: 0 })).toEqual([]);
  });

  it.each([
    ['orch', { kills: 0 }, 'no kill hit a living orch'],
    ['orch', { kills: 4 }, 'only 4 of 5 kills hit a living orch'],
    ['orch', { recovers: 0 }, 'nothing was recovered'],
    ['orch', { completed: 0 }, 'no phase was completed'],
    ['orch', { acknowledged: 0 }, 'orch printed no completed phase'],
    ['orch', { adopted: 0 }, 'no command was adopted'],
    ['wrappers', { commandsKilled: 0 }, 'no command was killed beside orch'],
    ['tree', { interrupted: 0 }, 'no attempt was interrupted'],
  ] as const)('%s killed, %o: %s', (mode, change, fault) => {
    expect(judgeWork(mode, { ...sound, ...change })).toEqual([fault]);
  });
});
