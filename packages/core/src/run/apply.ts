import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import { buildGraph, forEachDependent } from '../spec/graph.ts';
import type { AttemptId, EventOf, RunEvent } from './event.ts';
import { cancelled, completedWithoutOutput, initialState, isTerminal, nameOf, pending } from './state.ts';
import type { PhaseState, RunState, Running } from './state.ts';

/**
 * The state chart. Every other pair is a bug, and throws.
 *
 * ```
 * phase
 *   pending ─started→ running ─completed→ completed
 *   running ─failed(retryAt)→ pending, not before retryAt     running ─failed→ failed
 *   running ─interrupted→ pending     running ─skipped→ skipped (a plugin's answer)     running ─cancelled→ cancelled
 *   running ─adopted→ running
 *   pending ─skipped→ skipped   ─cancelled→ cancelled
 *   completed | failed | skipped | cancelled | pending ─run.reset→ pending
 * run
 *   (none) ─created→ running ─started, stopped, cancelling→ running
 *   running ─completed→ completed   ─failed→ failed   ─cancelled→ cancelled
 *   running ─waiting→ waiting ─stopped→ waiting ─started→ running
 *   running | completed | failed | cancelled ─run.reset→ running
 * ```
 *
 * `phase.waiting`, `phase.approved`, `phase.rejected`, `phase.expanded` and `run.replanned` are of format 1, but no
 * release writes them yet: they are refused as written by a newer one.
 */
export function apply(state: RunState | undefined, event: RunEvent, runId = ''): RunState {
  if (state === undefined) {
    if (event.type !== 'run.created' || event.version !== 1)
      throw invalid(runId, event, 'the journal does not begin with run.created');
    return initialState(runId, event, buildGraph(event.workflow));
  }
  if (event.version !== state.version + 1)
    throw invalid(state.runId, event, `version ${event.version} follows on version ${state.version}`);
  if (isTerminal(state.status) && event.type !== 'run.reset')
    throw invalid(state.runId, event, `the run is ${state.status}`);
  change(state, event);
  state.version = event.version;
  state.epoch = event.epoch;
  state.updatedAt = event.at;
  dropStale(state);
  return state;
}

function change(state: RunState, event: RunEvent): void {
  switch (event.type) {
    case 'run.created':
      throw invalid(state.runId, event, 'the run exists already');
    case 'run.started':
      return take(state, event);
    case 'run.stopped':
    case 'warning':
      return;
    case 'run.waiting':
      state.status = 'waiting';
      return;
    case 'run.cancelling':
      state.cancelling = event;
      return;
    case 'run.reset':
      return reset(state, event);
    case 'run.completed':
      return end(state, event, 'completed');
    case 'run.cancelled':
      return end(state, event, 'cancelled');
    case 'run.failed':
      state.failure = event;
      return end(state, event, 'failed');
    case 'checkpoint.created':
      return mark(state, event);
    case 'plugin.recorded':
      return remember(state, event);
    case 'phase.started':
    case 'phase.adopted':
    case 'phase.completed':
    case 'phase.failed':
    case 'phase.interrupted':
    case 'phase.skipped':
    case 'phase.cancelled':
      return changePhase(state, event);
    case 'run.replanned':
    case 'phase.waiting':
    case 'phase.approved':
    case 'phase.rejected':
    case 'phase.expanded':
      throw newer(state.runId, event.type);
    default:
      throw newer(state.runId, (event satisfies never as RunEvent).type);
  }
}

type PhaseEvent = Extract<RunEvent, { readonly type: `phase.${string}` }>;

function changePhase(state: RunState, event: PhaseEvent): void {
  switch (event.type) {
    case 'phase.started':
      return start(state, event);
    case 'phase.adopted':
      runningPhase(state, event);
      return;
    case 'phase.completed':
      return complete(state, event);
    case 'phase.failed':
      return fail(state, event);
    case 'phase.interrupted':
      return interrupt(state, event);
    case 'phase.skipped':
      return skip(state, event);
    case 'phase.cancelled':
      for (const name of event.phases) {
        const phase = phaseOf(state, event, name);
        expect(state, event, phase, 'pending', 'running');
        set(state, phase, cancelled);
      }
      return;
    default:
      throw newer(state.runId, event.type);
  }
}

function take(state: RunState, event: EventOf<'run.started'>): void {
  state.status = 'running';
  state.owner = event.owner;
  state.concurrency = event.concurrency;
  // Who recorded a backoff waits its delay; who takes up later waits what is left of it by the wall, never longer.
  const waiting = [...state.due].filter((entry) => isDue(state, entry));
  state.due.clear();
  for (const { at, phase } of waiting) {
    const { delayMs } = state.phases[phase] as { delayMs: number };
    const dueAt = Math.min(at, event.at + delayMs);
    state.phases[phase] = { status: 'pending', dueAt, delayMs };
    state.due.push({ at: dueAt, phase });
  }
}

function end(state: RunState, event: RunEvent, status: 'completed' | 'failed' | 'cancelled'): void {
  if (state.counts.running > 0) throw invalid(state.runId, event, `${state.counts.running} phases are running`);
  if (status === 'completed' && state.counts.pending > 0)
    throw invalid(state.runId, event, `${state.counts.pending} phases are pending`);
  state.status = status;
}

function mark(state: RunState, event: EventOf<'checkpoint.created'>): void {
  const phase = phaseOf(state, event, event.name);
  expect(state, event, phase, 'pending');
  state.marked[phase] = 1;
  state.checkpoints[phase] = event.version;
}

function remember(state: RunState, { plugin, key, value }: EventOf<'plugin.recorded'>): void {
  let map = state.memory.get(plugin);
  if (map === undefined) state.memory.set(plugin, (map = new Map()));
  map.set(key, value);
}

function start(state: RunState, event: EventOf<'phase.started'>): void {
  const phase = phaseOf(state, event, event.phase);
  expect(state, event, phase, 'pending');
  if (state.owner === undefined) throw invalid(state.runId, event, 'nobody has taken the run');
  if (state.unmet[phase] !== 0) throw invalid(state.runId, event, 'its dependencies are not completed');
  if (event.attempt !== state.attempts[phase]! + 1)
    throw invalid(state.runId, event, `attempt ${event.attempt} follows on attempt ${state.attempts[phase]}`);
  state.attempts[phase] = event.attempt;
  set(state, phase, {
    status: 'running',
    attempt: event.attempt,
    part: event.part,
    key: event.key,
    startedAt: event.at,
    owner: state.owner,
    ...(event.timeoutMs === undefined ? {} : { timeoutMs: event.timeoutMs }),
    ...(event.deadline === undefined ? {} : { deadline: event.deadline }),
  });
}

function complete(state: RunState, event: EventOf<'phase.completed'>): void {
  const phase = runningPhase(state, event);
  set(
    state,
    phase,
    event.output === undefined ? completedWithoutOutput : { status: 'completed', output: event.output },
  );
  forEachDependent(state.graph, phase, (dependent) => {
    if (--state.unmet[dependent]! === 0 && state.phases[dependent]!.status === 'pending') state.ready.push(dependent);
  });
}

function fail(state: RunState, event: EventOf<'phase.failed'>): void {
  const phase = runningPhase(state, event);
  state.lost[phase] = 0;
  if (event.charge) state.charged[phase]!++;
  if (event.retryAt !== undefined) {
    set(state, phase, { status: 'pending', dueAt: event.retryAt, delayMs: event.delayMs ?? 0 });
    state.due.push({ at: event.retryAt, phase });
    return;
  }
  set(state, phase, {
    status: 'failed',
    attempt: event.attempt,
    error: event.error,
    class: event.class,
    ...(event.exitCode === undefined ? {} : { exitCode: event.exitCode }),
    ...(event.signal === undefined ? {} : { signal: event.signal }),
  });
  state.spreading.push(phase);
}

function interrupt(state: RunState, event: EventOf<'phase.interrupted'>): void {
  const phase = runningPhase(state, event);
  state.lost[phase] = event.reason === 'lost' ? state.lost[phase]! + 1 : 0;
  set(state, phase, pending);
  state.ready.push(phase);
}

function skip(state: RunState, event: EventOf<'phase.skipped'>): void {
  for (const name of event.phases) {
    const phase = phaseOf(state, event, name);
    expect(state, event, phase, 'pending', 'running');
    if (state.phases[phase]!.status === 'running') state.spreading.push(phase);
    set(state, phase, {
      status: 'skipped',
      reason: event.reason,
      ...(event.cause === undefined ? {} : { cause: event.cause }),
    });
  }
}

function reset(state: RunState, event: EventOf<'run.reset'>): void {
  const phases = event.phases.map((name) => phaseOf(state, event, name));
  for (const phase of phases) {
    expect(state, event, phase, 'pending', 'completed', 'failed', 'skipped', 'cancelled');
    set(state, phase, pending);
    state.charged[phase] = 0;
    state.lost[phase] = 0;
    state.marked[phase] = 0;
  }
  state.status = 'running';
  state.cancelling = undefined;
  state.failure = undefined;
  countUnmet(state);
  dropCheckpoints(state, event, new Set(phases));
  refillQueues(state);
}

/** A name means the latest checkpoint on the current line: what lies after the point returned to is off it. */
function dropCheckpoints(state: RunState, event: EventOf<'run.reset'>, phases: ReadonlySet<number>): void {
  const { to } = event;
  if (to !== undefined) {
    for (let phase = 0; phase < state.graph.size; phase++)
      if (state.checkpoints[phase]! > to) state.checkpoints[phase] = 0;
    return;
  }
  for (const phase of phases)
    forEachDependent(state.graph, phase, (dependent) => {
      if (phases.has(dependent)) state.checkpoints[dependent] = 0;
    });
}

function countUnmet(state: RunState): void {
  state.unmet.set(state.graph.inDegree);
  for (let phase = 0; phase < state.graph.size; phase++)
    if (state.phases[phase]!.status === 'completed')
      forEachDependent(state.graph, phase, (dependent) => {
        state.unmet[dependent]!--;
      });
}

function refillQueues(state: RunState): void {
  state.ready.clear();
  state.due.clear();
  state.spreading = [];
  for (let phase = 0; phase < state.graph.size; phase++) {
    const at = state.phases[phase]!;
    if (at.status === 'pending' && at.dueAt !== undefined) state.due.push({ at: at.dueAt, phase });
    else if (at.status === 'pending' && state.unmet[phase] === 0) state.ready.push(phase);
    else if (at.status === 'failed' || at.status === 'skipped' || at.status === 'cancelled')
      state.spreading.push(phase);
  }
}

/** Keeps the promise of the queues: what stands at their front is true. */
function dropStale(state: RunState): void {
  for (let first = state.ready.first; first !== undefined && !isReady(state, first); first = state.ready.first)
    state.ready.shift();
  for (let first = state.due.first; first !== undefined && !isDue(state, first); first = state.due.first)
    state.due.shift();
  let spent = 0;
  while (spent < state.spreading.length && !hasPendingDependent(state, state.spreading[spent]!)) spent++;
  if (spent > 0) state.spreading.splice(0, spent);
}

function isReady(state: RunState, phase: number): boolean {
  const at = state.phases[phase]!;
  return at.status === 'pending' && at.dueAt === undefined;
}

function isDue(state: RunState, entry: { readonly at: number; readonly phase: number }): boolean {
  const at = state.phases[entry.phase]!;
  return at.status === 'pending' && at.dueAt === entry.at;
}

function hasPendingDependent(state: RunState, phase: number): boolean {
  const { offsets, targets } = state.graph;
  for (let at = offsets[phase]!; at < offsets[phase + 1]!; at++)
    if (state.phases[targets[at]!]!.status === 'pending') return true;
  return false;
}

function set(state: RunState, phase: number, next: PhaseState): void {
  state.counts[state.phases[phase]!.status]--;
  state.counts[next.status]++;
  state.phases[phase] = next;
}

function phaseOf(state: RunState, event: RunEvent, name: string): number {
  const phase = state.graph.indexOf.get(name);
  if (phase === undefined) throw invalid(state.runId, event, `there is no phase ${JSON.stringify(name)}`);
  return phase;
}

/** The phase of an event about a running attempt, which must be the very attempt that runs. */
function runningPhase(state: RunState, event: PhaseEvent & AttemptId): number {
  const phase = phaseOf(state, event, event.phase);
  expect(state, event, phase, 'running');
  const { attempt, part } = state.phases[phase] as Running;
  if (event.attempt !== attempt || event.part !== part)
    throw invalid(state.runId, event, `attempt ${attempt} (${part}) is the one that runs`);
  return phase;
}

function expect(state: RunState, event: RunEvent, phase: number, ...statuses: readonly PhaseState['status'][]): void {
  const { status } = state.phases[phase]!;
  if (!statuses.includes(status))
    throw invalid(state.runId, event, `phase ${JSON.stringify(nameOf(state, phase))} is ${status}`);
}

function invalid(runId: string, event: RunEvent, why: string): OrchError {
  return orchError({
    code: 'ORCH_JOURNAL_INVALID',
    message: `Run ${runId}: event ${event.version} (${event.type}) is not allowed here: ${why}.`,
    hint: 'The journal was changed by hand, or this is a bug in orch. The run was not touched.',
  });
}

function newer(runId: string, type: string): OrchError {
  return orchError({
    code: 'ORCH_JOURNAL_NEWER',
    message: `Run ${runId} holds an event that this release does not know: ${type}.`,
    hint: 'Use the release of orch that wrote it, or a newer one.',
  });
}
