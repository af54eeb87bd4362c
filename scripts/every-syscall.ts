// A run of a few phases whose orch is killed at each of its calls in turn, or has each of them fail; then recovered.
// Run: node --conditions=source scripts/every-syscall.ts [--long | --phases N] [--only 0|1|2] [--lanes N] [--words] [--sources]
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { chain } from '../packages/testkit/src/graphs.ts';
import { inLanes } from './trial/lanes.ts';
import { builtOrch, orchFromSources } from './trial/orch-process.ts';
import type { OrchProgram } from './trial/orch-process.ts';
import { ownWorkload } from './trial/own-workload.ts';
import { list, table } from './trial/report.ts';
import { errorsFor } from './trial/strace.ts';
import type { Injection, TracedCall } from './trial/strace.ts';
import { executing, recovering, traceVictim, tryFault } from './trial/syscall-trial.ts';
import type { Scenario, TrialResult } from './trial/syscall-trial.ts';

export interface SweepOptions {
  readonly program: OrchProgram;
  readonly phases: number;
  /** Trials at once. */
  readonly lanes: number;
  /** Whether calls that change nothing get a trial of their own, too. */
  readonly all: boolean;
}

export interface SweepResult {
  readonly name: string;
  readonly trials: number;
  /** Victims that were hit. */
  readonly hit: number;
  /** Victims that said what failed, and ended with 5. */
  readonly gaveUp: number;
  readonly acknowledged: number;
  readonly adopted: number;
  readonly interrupted: number;
  readonly seconds: number;
  /** Calls that were aimed at and came at another place each time. */
  readonly missed: readonly string[];
  readonly faults: readonly string[];
  /** What those said that gave up. */
  readonly words: readonly string[];
}

/** In memory, where there is such a place: a flush is fast there, and so made by the main thread, where strace sees it. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Kills `execute` at each of its calls. */
export async function killExecuteEverywhere({ program, phases, lanes, all }: SweepOptions): Promise<SweepResult> {
  using workload = ownWorkload(chain(phases), { phaseMs: 10, parent });
  return await sweep('execute killed', { program, workload, victim: executing }, { lanes, faultsFor: killAt(all) });
}

/** Kills `recover` at each of its calls, while the command of the first phase that it finds is running. */
export async function killRecoverEverywhere({ program, phases, lanes, all }: SweepOptions): Promise<SweepResult> {
  using workload = ownWorkload(chain(phases), { phaseMs: 250, parent });
  const first = { program, workload, victim: executing };
  const calls = await traceVictim(first);
  const begun = calls.find(({ what }) => what.startsWith('close ') && what.endsWith('p1.1.KEY.log'));
  if (begun === undefined) throw new Error('execute never closed the log of its second phase');
  const killedBefore: Injection = { name: begun.name, ordinal: begun.ordinal, fault: { signal: 'SIGKILL' } };
  const scenario = { ...first, victim: recovering, killedBefore };
  return await sweep('recover killed', scenario, { lanes, faultsFor: killAt(all) });
}

/** Lets each call of `execute` fail once: with one of its errors in turn, or with each of them. */
export async function failExecuteEverywhere({ program, phases, lanes, all }: SweepOptions): Promise<SweepResult> {
  using workload = ownWorkload(chain(phases), { phaseMs: 10, parent });
  const faultsFor: Sweep['faultsFor'] = (call, index) => {
    const errors = errorsFor(call);
    const chosen = all ? errors : errors.slice(index % errors.length).slice(0, 1);
    return chosen.map((error) => ({ error }));
  };
  return await sweep('execute, calls failed', { program, workload, victim: executing }, { lanes, faultsFor });
}

function killAt(all: boolean): Sweep['faultsFor'] {
  return ({ changes }) => (all || changes ? [{ signal: 'SIGKILL' }] : []);
}

interface Sweep {
  readonly lanes: number;
  readonly faultsFor: (call: TracedCall, index: number) => readonly Injection['fault'][];
}

/**
 * Where to look again for a call that was not hit: the system's libraries may open a file more or less at their start,
 * and an adopted command is looked at as often as it takes, which moves what comes after.
 */
const shifts = [1, -1, 0, 2, -2, 1, -1, 3, -3, 0, 4, -4, 1, -1, 2, -2];

async function sweep(name: string, scenario: Scenario, { lanes, faultsFor }: Sweep): Promise<SweepResult> {
  const startedAt = performance.now();
  // The first one compiles.
  await traceVictim(scenario);
  const calls = await traceVictim(scenario);
  const injections = calls.flatMap((call, index) => faultsFor(call, index).map((fault) => ({ ...call, fault })));
  const results = await inLanes(injections, lanes, (injection) => tryFault(scenario, injection));
  const missed = (): typeof injections => {
    const hits = new Set(results.map(({ hit }) => hit));
    return injections.filter(({ what }) => !hits.has(what));
  };
  for (const shift of shifts) {
    const again = missed().map((injection) => ({ ...injection, ordinal: Math.max(1, injection.ordinal + shift) }));
    results.push(...(await inLanes(again, lanes, (injection) => tryFault(scenario, injection))));
  }
  const sum = (value: (result: TrialResult) => number): number => results.reduce((all, it) => all + value(it), 0);
  return {
    name,
    trials: results.length,
    hit: results.filter(({ hit }) => hit !== undefined).length,
    gaveUp: results.filter(({ exitCode }) => exitCode === 5).length,
    acknowledged: sum((it) => it.acknowledged),
    adopted: sum((it) => it.adopted),
    interrupted: sum((it) => it.interrupted),
    seconds: (performance.now() - startedAt) / 1000,
    missed: [...new Set(missed().map(({ what }) => what))],
    faults: results.flatMap(({ faults }) => faults),
    words: results.flatMap(({ exitCode, words, hit }) => (exitCode === 5 ? [`${hit ?? ''}: ${words}`] : [])),
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
  const sweeps = [killExecuteEverywhere, killRecoverEverywhere, failExecuteEverywhere];
  const results: SweepResult[] = [];
  for (const [index, one] of sweeps.entries())
    if (values.only === undefined || Number(values.only) === index) results.push(await one(options));
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
  for (const { name, missed } of results) if (missed.length > 0) console.log(`${name}, missed: ${missed.join(', ')}`);
  const faults = results.flatMap((it) => it.faults);
  if (faults.length > 0) {
    console.log(list(faults, 40));
    process.exitCode = 1;
  }
}
