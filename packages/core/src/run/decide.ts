import { messageOf } from '../errors/orch-error.ts';
import { forEachDependent } from '../spec/graph.ts';
import { timeoutOf } from '../spec/workflow-spec.ts';
import { hasFailed, isHindered } from './dependencies.ts';
import type { EventBody } from './event.ts';
import { isTerminal, nameOf } from './state.ts';
import type { Pending, RunState } from './state.ts';

type Started = Extract<EventBody, { readonly type: 'phase.started' }>;

/** An event to come: the driver adds what only it knows (the key and the deadline of an attempt, the stamp). */
export type Draft = Exclude<EventBody, { readonly type: 'phase.started' }> | Omit<Started, 'key' | 'deadline'>;

/** Where a decision is made. */
export interface Moment {
  /** Milliseconds on the driver's clock, which runs like wall time but never jumps. */
  readonly now: number;
  /** The same by the wall, for what waits for a time from outside. */
  readonly wall: number;
  /** Whether the `if` of a phase holds: a function of the state alone. Throws where it can't be evaluated. */
  readonly condition: (phase: number) => boolean;
}

const nothing: readonly Draft[] = [];

/**
 * What is to happen next: one decision, whose events stay together, or nothing. Asked again after they are applied,
 * until it has no answer left. Pure: asked twice it answers the same.
 */
export function decide(state: RunState, moment: Moment): readonly Draft[] {
  if (state.status !== 'running') return nothing;
  if (state.cancelling !== undefined) return cancelWhatIsLeft(state, moment);
  if (runDeadline(state) <= moment.now)
    return [{ type: 'run.cancelling', by: 'orch', reason: 'timeout', message: 'the timeout of the run has passed' }];
  const cause = state.spreading[0];
  if (cause !== undefined) return skipDependents(state, cause);
  const rest = isFailingFast(state) ? skipTheRest(state, state.firstFailure!) : nothing;
  if (rest.length > 0) return rest;
  const next = startNext(state, moment);
  if (next.length > 0) return next;
  return state.counts.running === 0 && state.counts.pending === 0 ? finish(state) : nothing;
}

/** Time from outside is looked at anew so often, in milliseconds: somebody may have set the wall. */
const wallLookMs = 60_000;

/** When `decide` will have something new to say without any event: a backoff, a wait or the run's timeout is over. */
export function nextWakeAt(state: RunState, { now, wall }: Pick<Moment, 'now' | 'wall'>): number | undefined {
  if (isTerminal(state.status)) return undefined;
  const deadline = state.cancelling === undefined ? runDeadline(state) : Infinity;
  const at = Math.min(deadline, state.counts.running < state.concurrency ? nextDue(state, { now, wall }) : Infinity);
  return at === Infinity ? undefined : at;
}

function nextDue({ due, dueByWall }: RunState, { now, wall }: Pick<Moment, 'now' | 'wall'>): number {
  const byWall = dueByWall.first === undefined ? Infinity : now + Math.min(dueByWall.first.at - wall, wallLookMs);
  return Math.min(due.first?.at ?? Infinity, byWall);
}

/** Whether the run ends at its first failure, and has had one: nothing but handlers and clean-ups goes on then. */
export function isFailingFast(state: RunState): boolean {
  return state.created.options.failFast === true && state.firstFailure !== undefined;
}

/** Whether an attempt at a phase is to be ended because of what its run came to: a cancel, or a failure that ends it at once. */
export function isEnding(state: RunState, phase: number): boolean {
  if (state.cancelling !== undefined) return !outlivesCancel(state, phase);
  return isFailingFast(state) && state.spec.phases[phase]!.after === undefined;
}

/** Whether a phase goes on in a run that is being cancelled. */
function outlivesCancel(state: RunState, phase: number): boolean {
  return !state.cancellingAll && state.spec.phases[phase]!.after === 'always';
}

function runDeadline(state: RunState): number {
  return state.spec.timeoutMs === undefined ? Infinity : state.created.at + state.spec.timeoutMs;
}

function startNext(state: RunState, moment: Moment): readonly Draft[] {
  if (state.counts.running >= state.concurrency) return nothing;
  const phase = nextToStart(state, moment);
  if (phase === undefined) return nothing;
  // What was begun goes on: its conditions held when it was started first.
  return (state.begunAt[phase] === 0 ? reasonAgainst(state, phase, moment) : undefined) ?? start(state, phase);
}

/** Among those that may start, file order decides. */
function nextToStart(state: RunState, { now, wall }: Moment): number | undefined {
  let found = state.ready.first;
  const due = state.due.first;
  if (due !== undefined && due.at <= now && (found === undefined || due.phase < found)) found = due.phase;
  const byWall = state.dueByWall.first;
  if (byWall !== undefined && byWall.at <= wall && (found === undefined || byWall.phase < found)) found = byWall.phase;
  return found;
}

/** What becomes of a phase that may start but shall not. */
function reasonAgainst(state: RunState, phase: number, { condition }: Moment): readonly Draft[] | undefined {
  const spec = state.spec.phases[phase]!;
  if (spec.after === 'failed' && !dependsOnFailure(state, phase))
    return [{ type: 'phase.skipped', phases: [spec.name], reason: 'nothing_failed' }];
  if (spec.if === undefined) return undefined;
  try {
    if (condition(phase)) return undefined;
    return [{ type: 'phase.skipped', phases: [spec.name], reason: 'condition', passes: true }];
  } catch (error) {
    const message = `Its condition could not be evaluated: ${messageOf(error)}`;
    return [
      {
        type: 'phase.failed',
        phase: spec.name,
        attempt: 0,
        part: 'main',
        error: { code: 'ORCH_PHASE_CONDITION', message },
        class: 'unknown',
        durationMs: 0,
        charge: false,
      },
    ];
  }
}

function dependsOnFailure(state: RunState, phase: number): boolean {
  return (state.spec.phases[phase]!.dependsOn ?? []).some((name) => hasFailed(state, state.graph.indexOf.get(name)));
}

function start(state: RunState, phase: number): readonly Draft[] {
  const spec = state.spec.phases[phase]!;
  const { mending } = state.phases[phase] as Pending;
  const timeoutMs = mending === undefined ? timeoutOf(state.spec, spec) : mending.repair.timeoutMs;
  const started: Draft = {
    type: 'phase.started',
    phase: spec.name,
    attempt: state.attempts[phase]! + 1,
    part: mending === undefined ? 'main' : 'repair',
  };
  const draft = timeoutMs === undefined ? started : { ...started, timeoutMs };
  const marks = spec.checkpoint !== false && state.marked[phase] === 0;
  return marks ? [{ type: 'checkpoint.created', name: spec.name }, draft] : [draft];
}

/** All pending phases downstream of a phase that ended without success, in one event; handlers and clean-ups are not. */
function skipDependents(state: RunState, cause: number): readonly Draft[] {
  const found: number[] = [];
  const seen = new Set<number>();
  const visit = (dependent: number): void => {
    if (seen.has(dependent)) return;
    seen.add(dependent);
    found.push(dependent);
  };
  forEachDependent(state.graph, cause, (dependent) => {
    if (isHindered(state, cause, dependent)) visit(dependent);
  });
  for (let at = 0; at < found.length; at++)
    forEachDependent(state.graph, found[at]!, (dependent) => {
      if (state.phases[dependent]!.status === 'pending' && state.spec.phases[dependent]!.after === undefined)
        visit(dependent);
    });
  found.sort((a, b) => a - b);
  return [
    {
      type: 'phase.skipped',
      phases: found.map((phase) => nameOf(state, phase)),
      reason: 'deps_not_met',
      cause: nameOf(state, cause),
    },
  ];
}

/** All that is pending, but for handlers and clean-ups. */
function skipTheRest(state: RunState, cause: number): readonly Draft[] {
  const { failed, always } = state.pendingAfter;
  if (state.counts.pending === failed + always) return nothing;
  const phases = pendingPhases(state, (phase) => state.spec.phases[phase]!.after === undefined);
  return [{ type: 'phase.skipped', phases, reason: 'fail_fast', cause: nameOf(state, cause) }];
}

function cancelWhatIsLeft(state: RunState, moment: Moment): readonly Draft[] {
  if (state.counts.pending > 0) {
    if (state.cancellingAll || state.counts.pending > state.pendingAfter.always)
      return [{ type: 'phase.cancelled', phases: pendingPhases(state, (phase) => !outlivesCancel(state, phase)) }];
    const next = startNext(state, moment);
    if (next.length > 0) return next;
  }
  if (state.counts.running > 0 || state.counts.pending > 0) return nothing;
  return state.cancelling?.reason === 'timeout'
    ? [{ type: 'run.failed', reason: 'timeout' }]
    : [{ type: 'run.cancelled' }];
}

function pendingPhases(state: RunState, choose: (phase: number) => boolean): readonly string[] {
  const phases: string[] = [];
  for (let phase = 0; phase < state.graph.size; phase++)
    if (state.phases[phase]!.status === 'pending' && choose(phase)) phases.push(nameOf(state, phase));
  return phases;
}

function finish(state: RunState): readonly Draft[] {
  return state.unforgiven + state.counts.cancelled > 0
    ? [{ type: 'run.failed', reason: 'phases' }]
    : [{ type: 'run.completed' }];
}
