import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { AttemptId, RunEvent } from './event.ts';
import { nameOf } from './state.ts';
import type { PhaseState, RunState, Running } from './state.ts';

/** Lists for `expectStatus`, made once: it is asked for each of the 30,000 events of a run of 10,000 phases. */
export const pendingOnly: readonly PhaseState['status'][] = ['pending'];
export const unfinished: readonly PhaseState['status'][] = ['pending', 'running'];
export const notRunning: readonly PhaseState['status'][] = ['pending', 'completed', 'failed', 'skipped', 'cancelled'];
const running: readonly PhaseState['status'][] = ['running'];

/** The events about phases. */
export type PhaseEvent = Extract<RunEvent, { readonly type: `phase.${string}` }>;

/** Moves a phase, and the counts with it. */
export function setPhase(state: RunState, phase: number, next: PhaseState): void {
  const before = state.phases[phase]!.status;
  state.counts[before]--;
  state.counts[next.status]++;
  if (before !== next.status) moved(state, phase, before, next.status);
  state.phases[phase] = next;
}

function moved(state: RunState, phase: number, from: PhaseState['status'], to: PhaseState['status']): void {
  const { after, continueOnFailure } = state.spec.phases[phase]!;
  if (after !== undefined) {
    if (from === 'pending') state.pendingAfter[after]--;
    if (to === 'pending') state.pendingAfter[after]++;
  }
  if (continueOnFailure === true) return;
  if (from === 'failed') state.unforgiven--;
  if (to !== 'failed') return;
  state.unforgiven++;
  state.firstFailure ??= phase;
}

export function phaseOf(state: RunState, event: RunEvent, name: string): number {
  const phase = state.graph.indexOf.get(name);
  if (phase === undefined) throw invalid(state.runId, event, `there is no phase ${JSON.stringify(name)}`);
  return phase;
}

/** The phase of an event about a running attempt, which must be the very attempt that runs. */
export function runningPhase(state: RunState, event: PhaseEvent & AttemptId): number {
  const phase = phaseOf(state, event, event.phase);
  expectStatus(state, event, phase, running);
  const { attempt, part } = state.phases[phase] as Running;
  if (event.attempt !== attempt || event.part !== part)
    throw invalid(state.runId, event, `attempt ${attempt} (${part}) is the one that runs`);
  return phase;
}

export function expectStatus(
  state: RunState,
  event: RunEvent,
  phase: number,
  allowed: readonly PhaseState['status'][],
): void {
  const { status } = state.phases[phase]!;
  if (!allowed.includes(status))
    throw invalid(state.runId, event, `phase ${JSON.stringify(nameOf(state, phase))} is ${status}`);
}

export function invalid(runId: string, event: RunEvent, why: string): OrchError {
  return orchError({
    code: 'ORCH_JOURNAL_INVALID',
    message: `Run ${runId}: event ${event.version} (${event.type}) is not allowed here: ${why}.`,
    hint: 'The journal was changed by hand, or this is a bug in orch. The run was not touched.',
  });
}

export function newer(runId: string, type: string): OrchError {
  return orchError({
    code: 'ORCH_JOURNAL_NEWER',
    message: `Run ${runId} holds an event that this release does not know: ${type}.`,
    hint: 'Use the release of orch that wrote it, or a newer one.',
  });
}
