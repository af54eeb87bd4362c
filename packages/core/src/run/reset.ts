import { forEachDependent } from '../spec/graph.ts';
import { isLeftOut } from './selection.ts';
import { nameOf } from './state.ts';
import type { RunState } from './state.ts';

/**
 * What recover runs again: failed phases that were not forgiven, cancelled ones, and what followed from their end: phases
 * that were skipped, handlers and clean-ups, and what depends on those: also where they run, for beside what they come
 * after they must not. What completed stays otherwise. Of those that are `replaced` by another definition, what was begun
 * begins anew: neither waits nor repairs of the old one go on.
 */
export function phasesToRecover(state: RunState, replaced: ReadonlySet<string> = new Set()): readonly string[] {
  const { phases } = state.spec;
  const chosen = new Set<number>();
  for (let phase = 0; phase < state.graph.size; phase++) {
    const { status } = state.phases[phase]!;
    if (status === 'cancelled' || (status === 'failed' && phases[phase]!.continueOnFailure !== true)) chosen.add(phase);
  }
  const begun = [...replaced].flatMap((name) => {
    const phase = state.graph.indexOf.get(name);
    return phase !== undefined && isUnderWay(state, phase) ? [phase] : [];
  });
  const isReaction = (phase: number): boolean => phases[phase]!.after !== undefined;
  // What is run again though it ended well, and so makes what depends on it run again, too.
  const again = new Set([...chosen].filter(isReaction));
  const found = downstream(state, chosen, (phase, from) => {
    const at = state.phases[phase]!;
    if (at.status === 'pending') return false;
    if (at.status === 'skipped') {
      if (isLeftOut(at)) return false;
      if (at.passes === true) again.add(phase);
      return true;
    }
    if (!isReaction(phase) && !again.has(from)) return false;
    again.add(phase);
    return true;
  });
  return namesOf(state, new Set([...found, ...begun]));
}

function isUnderWay(state: RunState, phase: number): boolean {
  const { status } = state.phases[phase]!;
  return status === 'running' || (status === 'pending' && state.begunAt[phase] !== 0);
}

/** A phase and everything downstream of it. */
export function phasesFrom(state: RunState, phase: number): readonly string[] {
  return namesOf(
    state,
    downstream(state, new Set([phase]), (dependent) => !isLeftOut(state.phases[dependent]!)),
  );
}

/**
 * What was not completed at an earlier version, or is not any more, and was begun since: going back there runs it again.
 * What was completed then and is running now goes on.
 */
export function phasesSince(state: RunState, earlier: RunState): readonly string[] {
  const chosen = new Set<number>();
  for (let phase = 0; phase < state.graph.size; phase++) {
    const at = state.phases[phase]!;
    // By name: the run may have another definition since.
    const before = earlier.graph.indexOf.get(nameOf(state, phase));
    const wasCompleted = before !== undefined && earlier.phases[before]!.status === 'completed';
    if (wasCompleted && (at.status === 'completed' || at.status === 'running')) continue;
    if (isLeftOut(at)) continue;
    // One between attempts is pending, but its backoff belongs to what is gone back behind.
    if (at.status !== 'pending' || at.dueAt !== undefined || at.until !== undefined) chosen.add(phase);
  }
  return namesOf(state, chosen);
}

/** A Set is visited in order of insertion, also while it grows. */
function downstream(
  state: RunState,
  chosen: Set<number>,
  joins: (phase: number, from: number) => boolean,
): Set<number> {
  for (const phase of chosen)
    forEachDependent(state.graph, phase, (dependent) => {
      if (joins(dependent, phase)) chosen.add(dependent);
    });
  return chosen;
}

function namesOf(state: RunState, phases: ReadonlySet<number>): readonly string[] {
  return [...phases].sort((a, b) => a - b).map((phase) => nameOf(state, phase));
}
