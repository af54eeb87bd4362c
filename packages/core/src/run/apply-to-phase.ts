import { forEachDependent } from '../spec/graph.ts';
import { expectStatus, pendingOnly, unfinished, invalid, newer, phaseOf, runningPhase, setPhase } from './checks.ts';
import type { PhaseEvent } from './checks.ts';
import type { EventOf } from './event.ts';
import { cancelled, completedWithoutOutput, pending } from './state.ts';
import type { RunState } from './state.ts';

/** The part of the state chart that is about phases. */
export function applyToPhase(state: RunState, event: PhaseEvent): void {
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
        expectStatus(state, event, phase, unfinished);
        setPhase(state, phase, cancelled);
      }
      return;
    default:
      throw newer(state.runId, event.type);
  }
}

function start(state: RunState, event: EventOf<'phase.started'>): void {
  const phase = phaseOf(state, event, event.phase);
  expectStatus(state, event, phase, pendingOnly);
  if (state.owner === undefined) throw invalid(state.runId, event, 'nobody has taken the run');
  if (state.unmet[phase] !== 0) throw invalid(state.runId, event, 'its dependencies are not completed');
  if (event.attempt !== state.attempts[phase]! + 1)
    throw invalid(state.runId, event, `attempt ${event.attempt} follows on attempt ${state.attempts[phase]}`);
  state.attempts[phase] = event.attempt;
  setPhase(state, phase, {
    status: 'running',
    attempt: event.attempt,
    part: event.part,
    key: event.key,
    startedAt: event.at,
    owner: state.owner,
    timeoutMs: event.timeoutMs,
    deadline: event.deadline,
  });
}

function complete(state: RunState, event: EventOf<'phase.completed'>): void {
  const phase = runningPhase(state, event);
  setPhase(
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
    setPhase(state, phase, { status: 'pending', dueAt: event.retryAt, delayMs: event.delayMs ?? 0 });
    state.due.push({ at: event.retryAt, phase });
    return;
  }
  setPhase(state, phase, {
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
  setPhase(state, phase, pending);
  state.ready.push(phase);
}

function skip(state: RunState, event: EventOf<'phase.skipped'>): void {
  for (const name of event.phases) {
    const phase = phaseOf(state, event, name);
    expectStatus(state, event, phase, unfinished);
    if (state.phases[phase]!.status === 'running') state.spreading.push(phase);
    setPhase(state, phase, {
      status: 'skipped',
      reason: event.reason,
      ...(event.cause === undefined ? {} : { cause: event.cause }),
    });
  }
}
