import { expectStatus, pendingOnly, unfinished, invalid, newer, phaseOf, runningPhase, setPhase } from './checks.ts';
import type { PhaseEvent } from './checks.ts';
import { putBack, spreadEnd } from './dependencies.ts';
import type { EventOf } from './event.ts';
import { cancelled, completedWithoutOutput, pending } from './state.ts';
import type { Mending, Pending, RunState, Running } from './state.ts';

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
        spreadEnd(state, phase);
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
  if (state.unmet[phase] !== 0) throw invalid(state.runId, event, 'its dependencies have not ended as it asks');
  if (event.attempt !== state.attempts[phase]! + 1)
    throw invalid(state.runId, event, `attempt ${event.attempt} follows on attempt ${state.attempts[phase]}`);
  const { mending } = state.phases[phase] as Pending;
  if ((event.part === 'repair') !== (mending !== undefined))
    throw invalid(state.runId, event, mending === undefined ? 'there is nothing to repair' : 'a repair comes first');
  state.attempts[phase] = event.attempt;
  if (state.begunAt[phase] === 0) state.begunAt[phase] = event.at;
  const running: Running = {
    status: 'running',
    attempt: event.attempt,
    part: event.part,
    key: event.key,
    startedAt: event.at,
    owner: state.owner,
    timeoutMs: event.timeoutMs,
    deadline: event.deadline,
  };
  setPhase(state, phase, mending === undefined ? running : { ...running, mending });
}

function complete(state: RunState, event: EventOf<'phase.completed'>): void {
  const phase = runningPhase(state, event);
  if (event.part === 'repair') {
    putBack(state, phase, pending);
    return;
  }
  setPhase(
    state,
    phase,
    event.output === undefined ? completedWithoutOutput : { status: 'completed', output: event.output },
  );
  spreadEnd(state, phase);
}

function fail(state: RunState, event: EventOf<'phase.failed'>): void {
  const phase = failingPhase(state, event);
  state.lost[phase] = 0;
  if (event.charge) state.charged[phase]!++;
  if (event.retryAt !== undefined) return waitForNext(state, phase, event, event.retryAt);
  setPhase(state, phase, {
    status: 'failed',
    attempt: event.attempt,
    error: event.error,
    class: event.class,
    ...(event.exitCode === undefined ? {} : { exitCode: event.exitCode }),
    ...(event.signal === undefined ? {} : { signal: event.signal }),
  });
  spreadEnd(state, phase);
}

/** Attempt 0: the phase could not be started, since its condition could not be evaluated. */
function failingPhase(state: RunState, event: EventOf<'phase.failed'>): number {
  if (event.attempt !== 0) return runningPhase(state, event);
  const phase = phaseOf(state, event, event.phase);
  expectStatus(state, event, phase, pendingOnly);
  if (event.retryAt !== undefined) throw invalid(state.runId, event, 'there was no attempt that could be repeated');
  return phase;
}

function waitForNext(state: RunState, phase: number, event: EventOf<'phase.failed'>, at: number): void {
  const { key } = state.phases[phase] as Running;
  const { delayMs, repair } = event;
  const mends = repair === undefined ? {} : { mending: mendingOf(event, key, repair) };
  if (delayMs === undefined) {
    putBack(state, phase, { status: 'pending', until: at, ...mends });
  } else {
    putBack(state, phase, { status: 'pending', dueAt: at, delayMs, ...mends });
  }
}

function mendingOf(event: EventOf<'phase.failed'>, key: string, repair: Mending['repair']): Mending {
  const { attempt, class: kind, error, exitCode, signal, output } = event;
  const failed = {
    attempt,
    key,
    class: kind,
    message: error.message,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(output === undefined ? {} : { output }),
  };
  return { repair, failed };
}

function interrupt(state: RunState, event: EventOf<'phase.interrupted'>): void {
  const phase = runningPhase(state, event);
  state.lost[phase] = event.reason === 'lost' ? state.lost[phase]! + 1 : 0;
  const { mending } = state.phases[phase] as Running;
  putBack(state, phase, mending === undefined ? pending : { status: 'pending', mending });
}

function skip(state: RunState, event: EventOf<'phase.skipped'>): void {
  for (const name of event.phases) {
    const phase = phaseOf(state, event, name);
    expectStatus(state, event, phase, unfinished);
    setPhase(state, phase, {
      status: 'skipped',
      reason: event.reason,
      ...(event.cause === undefined ? {} : { cause: event.cause }),
      ...(event.passes === undefined ? {} : { passes: event.passes }),
    });
    spreadEnd(state, phase);
  }
}
