import { forEachDependency, forEachDependent } from '../spec/graph.ts';
import { setPhase } from './checks.ts';
import { pending } from './state.ts';
import type { Pending, PhaseState, RunState } from './state.ts';

/** Whether a phase that depends on one in this state has what it asks for; `undefined`: that has not ended yet. */
export function isMet(state: RunState, dependency: number, dependent: number): boolean | undefined {
  const at = state.phases[dependency]!;
  if (at.status === 'pending' || at.status === 'running') return undefined;
  return state.spec.phases[dependent]!.after !== undefined || passes(state, dependency, at);
}

/** Whether what depends on an ended phase may run: it completed, was forgiven, or was left out in a way that does not matter. */
function passes(state: RunState, phase: number, at: PhaseState): boolean {
  switch (at.status) {
    case 'completed':
      return true;
    case 'failed':
      return state.spec.phases[phase]!.continueOnFailure === true;
    case 'skipped':
      return at.passes === true;
    default:
      return false;
  }
}

/** Whether a phase failed, or was skipped because of one that did: handlers (`after: failed`) are there for both. */
export function hasFailed(state: RunState, phase: number | undefined): boolean {
  // Another definition may have turned causes round since: no phase is asked twice.
  const asked = new Set<number>();
  for (let cause = phase; cause !== undefined && !asked.has(cause);) {
    asked.add(cause);
    const at = state.phases[cause]!;
    if (at.status === 'failed') return true;
    cause = at.status === 'skipped' && at.cause !== undefined ? state.graph.indexOf.get(at.cause) : undefined;
  }
  return false;
}

/** Called once a phase has ended: what waited for that gets ready, what can't run any more waits to be skipped. */
export function spreadEnd(state: RunState, phase: number): void {
  let hindered = false;
  forEachDependent(state.graph, phase, (dependent) => {
    if (isMet(state, phase, dependent) === true) {
      if (--state.unmet[dependent]! === 0 && state.phases[dependent]!.status === 'pending') state.ready.push(dependent);
    } else hindered = true;
  });
  if (hindered) state.spreading.push(phase);
}

/** A pending phase that can't run any more because of this one. */
export function isHindered(state: RunState, phase: number, dependent: number): boolean {
  return state.phases[dependent]!.status === 'pending' && isMet(state, phase, dependent) === false;
}

/** A phase that ran is pending again: queued where it may start, or as one that never began where what it depends on was reset meanwhile. */
export function putBack(state: RunState, phase: number, at: Pending): void {
  if (state.unmet[phase] === 0) {
    setPhase(state, phase, at);
    if (at.until !== undefined) state.dueByWall.push({ at: at.until, phase });
    else if (at.dueAt !== undefined) state.due.push({ at: at.dueAt, phase });
    else state.ready.push(phase);
    return;
  }
  setPhase(state, phase, pending);
  state.begunAt[phase] = 0;
  // What ended in another way than it asks has been spread already, past this one: it ran.
  forEachDependency(state.spec, state.graph, phase, (dependency) => {
    if (isMet(state, dependency, phase) === false) state.spreading.push(dependency);
  });
}
