import type { PhaseSpec } from '@orch/core/author';
import type { FoldedRun } from './folded-run.ts';
import type { PhaseTime, PhaseTimes } from './phase-times.ts';

/** A phase that decided how long its run took. */
export interface PathStep {
  readonly phase: string;
  /** From the end of the step before it until its own end: the steps together are the time of the path. */
  readonly ms: number;
  readonly attempts: number;
  /** All that it depends on had ended, and it waited for another phase to end: more may not run at once. */
  readonly placeMs: number;
  /** Of `ms`: between its attempts, by its backoff or until a time from outside. */
  readonly betweenMs: number;
  /** Of `ms`: nobody drove the run. */
  readonly undrivenMs: number;
}

/** The chain of phases that decided how long a run took, in the order in which they ran. */
export interface CriticalPath {
  readonly ms: number;
  readonly steps: readonly PathStep[];
}

/**
 * From the phase that ended last back to the beginning, or to what was reset: before each phase stands the one that it
 * had to wait for: the dependency that ended last; or, where a phase could have started and had no place, the phase
 * whose end made one free.
 */
export function criticalPath(run: FoldedRun): CriticalPath {
  const { times, spec, report } = run;
  const specs = new Map((spec?.phases ?? []).map((phase) => [phase.name, phase]));
  const ends = endsInOrder(specs, times);
  const steps: PathStep[] = [];
  let last: End | undefined = ends.at(-1);
  // A clock that was set back could lead in a circle.
  const seen = new Set<string>();
  while (last !== undefined && !seen.has(last.phase.name)) {
    seen.add(last.phase.name);
    const before = stepBefore(last, { specs, times, ends, createdAt: report.createdAt });
    if (last.time.startedAt !== undefined) steps.push(stepOf(last, before, times));
    last = before.end;
  }
  steps.reverse();
  return { ms: steps.reduce((sum, { ms }) => sum + ms, 0), steps };
}

/** A phase that has ended. */
interface End {
  readonly phase: PhaseSpec;
  readonly time: PhaseTime;
  readonly at: number;
}

interface Before {
  /** The phase that was waited for; absent: the beginning, or a reset. */
  readonly end: End | undefined;
  readonly at: number;
  /** How long only a place was missing. */
  readonly placeMs: number;
}

interface Known {
  readonly specs: ReadonlyMap<string, PhaseSpec>;
  readonly times: PhaseTimes;
  readonly ends: readonly End[];
  readonly createdAt: number;
}

/** Those that had an attempt, by their ends. */
function endsInOrder(specs: ReadonlyMap<string, PhaseSpec>, times: PhaseTimes): readonly End[] {
  const ends = [...specs.values()].flatMap((phase) => endOf(phase, times) ?? []);
  return ends.filter(({ time }) => time.startedAt !== undefined).toSorted((one, other) => one.at - other.at);
}

function endOf(phase: PhaseSpec | undefined, times: PhaseTimes): End | undefined {
  const time = phase === undefined ? undefined : times.of(phase.name);
  if (phase === undefined || time?.endedAt === undefined) return undefined;
  return { phase, time, at: time.endedAt };
}

function stepBefore({ phase, time }: End, { specs, times, ends, createdAt }: Known): Before {
  const begun = time.resetAt ?? createdAt;
  let ready: Omit<Before, 'placeMs'> = { end: undefined, at: begun };
  for (const name of phase.dependsOn ?? []) {
    const end = endOf(specs.get(name), times);
    if (end !== undefined && end.at >= ready.at) ready = { end, at: end.at };
  }
  const { startedAt } = time;
  if (startedAt === undefined) return { ...ready, placeMs: 0 };
  const placeMs = times.full.within(ready.at, startedAt);
  if (placeMs === 0) return { ...ready, placeMs };
  const freed = lastEndBefore(ends, startedAt);
  // A place may also have been taken by a phase that went on to its next attempt: then nobody's end made it free.
  if (freed === undefined || freed.at <= ready.at || freed.phase === phase) return { ...ready, placeMs };
  return { end: freed, at: freed.at, placeMs };
}

function lastEndBefore(ends: readonly End[], at: number): End | undefined {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return ends[low - 1];
}

function stepOf({ phase, time, at }: End, before: Before, times: PhaseTimes): PathStep {
  const startedAt = time.startedAt ?? at;
  const undriven = times.undriven.within(startedAt, at);
  return {
    phase: phase.name,
    ms: Math.max(0, at - before.at),
    attempts: time.attempts,
    placeMs: before.placeMs,
    betweenMs: time.attempts < 2 ? 0 : Math.max(0, at - startedAt - time.busyMs - undriven),
    undrivenMs: times.undriven.within(before.at, at),
  };
}
