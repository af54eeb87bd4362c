// The same run again and again, each time with harm at another of its calls.
import { inLanes } from './lanes.ts';
import { injected, traceVictim, tryHarm } from './syscall-trial.ts';
import type { Scenario, TrialResult } from './syscall-trial.ts';
import type { Fault, Injection, TracedCall } from './strace.ts';
import { shortened } from './short-write.ts';
import type { ShortWrite } from './short-write.ts';

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
  /** Calls that were not aimed at: how many of their name come before is another thing each time. */
  readonly leftOut: readonly string[];
  /** What was hit, each once. */
  readonly calls: readonly string[];
  readonly faults: readonly string[];
  /** What those said that gave up. */
  readonly words: readonly string[];
}

/** What is done at a call; nothing: it is left alone. */
export type FaultsFor = (call: TracedCall) => readonly Fault[];

interface Sweep {
  readonly name: string;
  /** Trials at once. */
  readonly lanes: number;
}

/** How often it is aimed again at a call that was not hit. */
const mostAims = 12;

/** Each fault at each call of the victim, one a run. */
export async function sweepCalls(
  scenario: Scenario,
  { name, lanes, faultsFor }: Sweep & { readonly faultsFor: FaultsFor },
): Promise<SweepResult> {
  const startedAt = performance.now();
  // The first one compiles.
  await traceVictim(scenario);
  const calls = await traceVictim(scenario);
  const found = calls.flatMap((call) => faultsFor(call).map((fault) => ({ ...call, fault })));
  const aims = found.filter(({ moves }) => !moves);
  const missed: string[] = [];
  const results = await inLanes(aims, lanes, async (aim) => {
    const tried = await aimUntilHit(scenario, aim);
    if (tried.at(-1)?.hit !== aim.what) missed.push(aim.what);
    return tried;
  });
  const leftOut = found.filter(({ moves }) => moves).map(({ what }) => what);
  return resultOf({ name, startedAt, missed, leftOut }, results.flat());
}

/**
 * Where calls are counted that are not about the file alone: the system's libraries may open a file more or less at their
 * start, and an adopted command is looked at as often as it takes. Each try shows where the call was that time; it is
 * looked for where it was most often.
 */
async function aimUntilHit(scenario: Scenario, aim: Injection & TracedCall): Promise<TrialResult[]> {
  const results: TrialResult[] = [];
  const places = [aim.ordinal];
  while (results.length < mostAims) {
    const ordinal = mostFrequent(places);
    const result = await tryHarm(scenario, injected({ ...aim, ordinal }));
    results.push(result);
    if (result.hit === aim.what) break;
    // Not seen: it was still to come.
    places.push(nearest(ordinal, result.made, aim.what) ?? ordinal + 1);
  }
  return results;
}

/** The first of several that are as frequent. */
function mostFrequent(places: readonly number[]): number {
  const timesOf = (place: number): number => places.filter((it) => it === place).length;
  return places.toSorted((one, other) => timesOf(other) - timesOf(one))[0]!;
}

/** Where it was, the nearest to the place it was looked for at. */
function nearest(ordinal: number, made: readonly string[], what: string): number | undefined {
  const places = made.flatMap((it, index) => (it === what ? [index + 1] : []));
  return places.toSorted((one, other) => Math.abs(one - ordinal) - Math.abs(other - ordinal))[0];
}

/** Each kind of short write at each write of the victim, until it makes no more. */
export async function sweepWrites(
  scenario: Scenario,
  { name, lanes, kinds }: Sweep & { readonly kinds: readonly Omit<ShortWrite, 'ordinal'>[] },
): Promise<SweepResult> {
  const startedAt = performance.now();
  const results = await inLanes(kinds, lanes, async (kind) => {
    const tried: TrialResult[] = [];
    for (let ordinal = 1; tried.length === 0 || tried.at(-1)?.hit !== undefined; ordinal++)
      tried.push(await tryHarm(scenario, shortened({ ...kind, ordinal })));
    return tried;
  });
  return resultOf({ name, startedAt, missed: [], leftOut: [] }, results.flat());
}

interface Swept extends Pick<SweepResult, 'name' | 'missed' | 'leftOut'> {
  readonly startedAt: number;
}

function resultOf({ name, startedAt, missed, leftOut }: Swept, results: readonly TrialResult[]): SweepResult {
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
    missed: [...new Set(missed)],
    leftOut: [...new Set(leftOut)].toSorted(),
    calls: [...new Set(results.flatMap(({ hit }) => hit ?? []))].toSorted(),
    faults: results.flatMap(({ faults }) => faults),
    words: results.flatMap(({ exitCode, words, hit }) => (exitCode === 5 ? [`${hit ?? ''}: ${words}`] : [])),
  };
}
