// A run of a few phases whose orch comes to harm at each of its calls in turn: it is killed, the call fails, or a write is
// cut short; then it is recovered.
// Run: node --conditions=source scripts/every-syscall.ts [--long | --phases N] [--only NAME] [--lanes N] [--words] [--sources]
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { chain } from '../packages/testkit/src/graphs.ts';
import { sweepCalls, sweepWrites } from './trial/harm-sweep.ts';
import type { FaultsFor, SweepResult } from './trial/harm-sweep.ts';
import { builtOrch, orchFromSources } from './trial/orch-process.ts';
import type { OrchProgram } from './trial/orch-process.ts';
import { letGo, ownWorkload } from './trial/own-workload.ts';
import type { OwnWorkloadOptions } from './trial/own-workload.ts';
import { list, table } from './trial/report.ts';
import type { ShortWrite } from './trial/short-write.ts';
import { errorToTry, errorsFor } from './trial/strace.ts';
import type { TracedCall } from './trial/strace.ts';
import { executing, recovering, traceVictim } from './trial/syscall-trial.ts';
import type { Scenario } from './trial/syscall-trial.ts';
import { startBackend } from './trial/trial-backend.ts';
import type { TrialWorkload } from './trial/trial-workload.ts';

export interface SweepOptions {
  readonly program: OrchProgram;
  readonly phases: number;
  /** Trials at once. */
  readonly lanes: number;
  /** Whether calls that change nothing get a kill of their own, and each call each of its errors. */
  readonly all: boolean;
}

/** In memory, where there is such a place: a flush is fast there, and so made by the main thread, where strace sees it. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Kills `execute` at each of its calls. */
export async function killExecuteEverywhere(options: SweepOptions): Promise<SweepResult> {
  using workload = workloadOf(options);
  const scenario = { program: options.program, workload, victim: executing };
  return await sweepCalls(scenario, { name: 'execute killed', lanes: options.lanes, faultsFor: killAt(options) });
}

/** Kills `recover` at each of its calls, while a command that it finds is running. */
export async function killRecoverEverywhere(options: SweepOptions): Promise<SweepResult> {
  using workload = workloadOf(options, { gated });
  const scenario = await abandoned(options.program, workload);
  return await sweepCalls(scenario, { name: 'recover killed', lanes: options.lanes, faultsFor: killAt(options) });
}

/** Lets each call of `execute` fail once. */
export async function failExecuteEverywhere(options: SweepOptions): Promise<SweepResult> {
  using workload = workloadOf(options);
  const scenario = { program: options.program, workload, victim: executing };
  return await sweepCalls(scenario, {
    name: 'execute, calls failed',
    lanes: options.lanes,
    faultsFor: failAt(options),
  });
}

/** Lets each call of `recover` fail once, while a command that it finds is running. */
export async function failRecoverEverywhere(options: SweepOptions): Promise<SweepResult> {
  using workload = workloadOf(options, { gated });
  const scenario = await abandoned(options.program, workload);
  return await sweepCalls(scenario, {
    name: 'recover, calls failed',
    lanes: options.lanes,
    faultsFor: failAt(options),
  });
}

/** A part of the bytes, and the rest; or no room for the rest; or a kill, which leaves the part. */
const shortWrites: readonly Omit<ShortWrite, 'ordinal'>[] = [
  { takes: 'half' },
  { takes: 'one byte' },
  { takes: 'half', followedBy: 'ENOSPC' },
  { takes: 'half', followedBy: 'SIGKILL' },
];

/** Cuts each write of `execute` short. */
export async function shortenExecuteEverywhere(options: SweepOptions): Promise<SweepResult> {
  using workload = workloadOf(options);
  const scenario = { program: options.program, workload, victim: executing };
  return await sweepWrites(scenario, { name: 'execute, writes short', lanes: options.lanes, kinds: shortWrites });
}

/** Cuts each write of `recover` short, while a command that it finds is running. */
export async function shortenRecoverEverywhere(options: SweepOptions): Promise<SweepResult> {
  using workload = workloadOf(options, { gated });
  const scenario = await abandoned(options.program, workload);
  return await sweepWrites(scenario, { name: 'recover, writes short', lanes: options.lanes, kinds: shortWrites });
}

/** Kills and failures at the calls about `backends.json`, which is written where a run is not kept in JSON files. */
export async function harmBackendsFile({ program, lanes, all }: SweepOptions): Promise<SweepResult> {
  using workload = ownWorkload(chain(1), { phaseMs: 0, parent });
  await using backend = await startBackend('sqlite');
  const scenario = { program, workload, backend, victim: executing };
  const isAboutIt = ({ what }: TracedCall): boolean => what.includes('/backends.json');
  const [kill, fail] = [killAt({ all: true }), failAt({ all })];
  const faultsFor: FaultsFor = (call) => (isAboutIt(call) ? [...kill(call), ...fail(call)] : []);
  return await sweepCalls(scenario, { name: 'backends.json', lanes, faultsFor });
}

/** What `recover` finds at work. */
const gated = 'p1';

function workloadOf({ phases }: SweepOptions, more: Partial<OwnWorkloadOptions> = {}): ReturnType<typeof ownWorkload> {
  return ownWorkload(chain(phases), { phaseMs: 10, parent, ...more });
}

/** An `execute` that is killed once its second command runs, which goes on when it is taken up. */
async function abandoned(program: OrchProgram, workload: TrialWorkload): Promise<Scenario> {
  const first: Scenario = { program, workload, victim: executing, onAttempt: letGo };
  const calls = await traceVictim(first);
  const begun = calls.find(({ what }) => what.startsWith('close ') && what.endsWith(`${gated}.1.KEY.log`));
  if (begun === undefined) throw new Error('execute never closed the log of its second phase');
  return { ...first, victim: recovering, killedBefore: { ...begun, fault: { signal: 'SIGKILL' } } };
}

function killAt({ all }: Pick<SweepOptions, 'all'>): FaultsFor {
  return ({ changes }) => (all || changes ? [{ signal: 'SIGKILL' }] : []);
}

/** What is read again and again fails at the first time. Which error a call fails with goes by turns, unless all are asked for. */
function failAt({ all }: Pick<SweepOptions, 'all'>): FaultsFor {
  const read = new Set<string>();
  const turns = new Map<string, number>();
  return (call) => {
    if (all) return errorsFor(call).map((error) => ({ error }));
    if (!call.changes && read.has(call.what)) return [];
    if (!call.changes) read.add(call.what);
    const turn = turns.get(call.name) ?? 0;
    turns.set(call.name, turn + 1);
    const error = errorToTry(call, turn);
    return error === undefined ? [] : [{ error }];
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      long: { type: 'boolean' },
      phases: { type: 'string' },
      sources: { type: 'boolean' },
      lanes: { type: 'string' },
      only: { type: 'string' },
      words: { type: 'boolean' },
    },
  });
  const options: SweepOptions = {
    program: values.sources === true ? orchFromSources : builtOrch,
    phases: Number(values.phases ?? (values.long === true ? 20 : 3)),
    lanes: Number(values.lanes ?? 2),
    all: values.long === true,
  };
  const sweeps = [
    killExecuteEverywhere,
    killRecoverEverywhere,
    failExecuteEverywhere,
    failRecoverEverywhere,
    shortenExecuteEverywhere,
    shortenRecoverEverywhere,
    harmBackendsFile,
  ];
  const chosen = sweeps.filter(({ name }) => values.only === undefined || name === values.only);
  if (chosen.length === 0) throw new Error(`--only is one of: ${sweeps.map(({ name }) => name).join(', ')}.`);
  const results: SweepResult[] = [];
  for (const sweep of chosen) results.push(await sweep(options));
  const cells = results.map((it) => [
    it.name,
    it.trials,
    it.hit,
    it.gaveUp,
    it.acknowledged,
    it.adopted,
    it.interrupted,
  ]);
  const titles = ['sweep', 'trials', 'hit', 'gave up', 'acknowledged', 'adopted', 'interrupted', 'seconds'];
  console.log(table([titles, ...cells.map((row, index) => [...row.map(String), results[index]!.seconds.toFixed(1)])]));
  if (values.words === true) console.log(results.flatMap(({ words }) => words).join('\n'));
  for (const { name, missed, leftOut } of results) {
    if (missed.length > 0) console.log(`${name}, missed: ${missed.join(', ')}`);
    if (leftOut.length > 0) console.log(`${name}, not aimed at: ${leftOut.join(', ')}`);
  }
  const faults = results.flatMap((it) => it.faults);
  if (faults.length > 0) {
    console.log(list(faults, 40));
    process.exitCode = 1;
  }
}
