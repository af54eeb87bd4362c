import { forEachDependent } from '../spec/graph.ts';
import { timeoutOf } from '../spec/workflow-spec.ts';
import type { EventBody } from './event.ts';
import { isTerminal, nameOf } from './state.ts';
import type { RunState } from './state.ts';

type Started = Extract<EventBody, { readonly type: 'phase.started' }>;

/** An event to come: the driver adds what only it knows (the key and the deadline of an attempt, the stamp). */
export type Draft = Exclude<EventBody, { readonly type: 'phase.started' }> | Omit<Started, 'key' | 'deadline'>;

const nothing: readonly Draft[] = [];

/**
 * What is to happen next: one decision, whose events stay together, or nothing. Asked again after they are applied,
 * until it has no answer left. Pure: asked twice it answers the same.
 *
 * @param now Milliseconds on the driver's clock, which runs like wall time but never jumps.
 */
export function decide(state: RunState, now: number): readonly Draft[] {
  if (state.status !== 'running') return nothing;
  if (state.cancelling !== undefined) return cancelWhatIsLeft(state);
  if (runDeadline(state) <= now)
    return [{ type: 'run.cancelling', by: 'orch', reason: 'timeout', message: 'the timeout of the run has passed' }];
  const cause = state.spreading[0];
  if (cause !== undefined) return skipDependents(state, cause);
  if (state.counts.running < state.concurrency) {
    const phase = nextToStart(state, now);
    if (phase !== undefined) return start(state, phase);
  }
  if (state.counts.running === 0 && state.counts.pending === 0) return finish(state);
  return nothing;
}

/** When `decide` will have something new to say without any event: a backoff or the run's timeout is over. */
export function nextWakeAt(state: RunState): number | undefined {
  if (isTerminal(state.status) || state.cancelling !== undefined) return undefined;
  const due = state.counts.running < state.concurrency ? (state.due.first?.at ?? Infinity) : Infinity;
  const at = Math.min(due, runDeadline(state));
  return at === Infinity ? undefined : at;
}

function runDeadline(state: RunState): number {
  return state.spec.timeoutMs === undefined ? Infinity : state.created.at + state.spec.timeoutMs;
}

/** Among those that may start, file order decides. */
function nextToStart(state: RunState, now: number): number | undefined {
  const due = state.due.first;
  const ready = state.ready.first;
  if (due !== undefined && due.at <= now && (ready === undefined || due.phase < ready)) return due.phase;
  return ready;
}

function start(state: RunState, phase: number): readonly Draft[] {
  const spec = state.spec.phases[phase]!;
  const timeoutMs = timeoutOf(state.spec, spec);
  const started: Draft = {
    type: 'phase.started',
    phase: spec.name,
    attempt: state.attempts[phase]! + 1,
    part: 'main',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  const marks = spec.checkpoint !== false && state.marked[phase] === 0;
  return marks ? [{ type: 'checkpoint.created', name: spec.name }, started] : [started];
}

/** All pending phases downstream of a phase that ended without success, in one event. */
function skipDependents(state: RunState, cause: number): readonly Draft[] {
  const found: number[] = [];
  const seen = new Set<number>();
  const visit = (dependent: number): void => {
    if (state.phases[dependent]!.status !== 'pending' || seen.has(dependent)) return;
    seen.add(dependent);
    found.push(dependent);
  };
  forEachDependent(state.graph, cause, visit);
  for (let at = 0; at < found.length; at++) forEachDependent(state.graph, found[at]!, visit);
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

function cancelWhatIsLeft(state: RunState): readonly Draft[] {
  if (state.counts.pending > 0) {
    const phases: string[] = [];
    for (let phase = 0; phase < state.graph.size; phase++)
      if (state.phases[phase]!.status === 'pending') phases.push(nameOf(state, phase));
    return [{ type: 'phase.cancelled', phases }];
  }
  if (state.counts.running > 0) return nothing;
  return state.cancelling?.reason === 'timeout'
    ? [{ type: 'run.failed', reason: 'timeout' }]
    : [{ type: 'run.cancelled' }];
}

function finish(state: RunState): readonly Draft[] {
  return state.counts.failed + state.counts.cancelled > 0
    ? [{ type: 'run.failed', reason: 'phases' }]
    : [{ type: 'run.completed' }];
}
