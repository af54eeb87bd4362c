import { buildGraph } from '../spec/graph.ts';
import { recount } from './apply-reset.ts';
import { invalid } from './checks.ts';
import type { EventOf } from './event.ts';
import { initialState } from './state.ts';
import type { RunState } from './state.ts';

/**
 * Gives a run another definition: phases keep what became of them by their names, new ones are pending, and of those that
 * are gone only the number of their attempts is kept. Attempts that the new definition does not want are over before it is written.
 */
export function applyReplan(state: RunState, event: EventOf<'run.replanned'>): void {
  const { workflow } = event;
  if (workflow.id !== state.spec.id) throw invalid(state.runId, event, 'it is of another workflow');
  const next = initialState(state.runId, { ...state.created, workflow }, buildGraph(workflow));
  const kept = new Map(state.spec.phases.map(({ name }, phase) => [name, phase]));
  for (let phase = 0; phase < next.graph.size; phase++) {
    const { name } = workflow.phases[phase]!;
    const before = kept.get(name);
    kept.delete(name);
    if (before === undefined) next.attempts[phase] = state.formerAttempts.get(name) ?? 0;
    else carryOver(state, before, next, phase);
  }
  for (const [name, phase] of kept) {
    if (state.phases[phase]!.status === 'running')
      throw invalid(state.runId, event, `phase ${JSON.stringify(name)} is gone, but runs`);
    state.formerAttempts.set(name, state.attempts[phase]!);
  }
  const { spec, graph, phases, counts, pendingAfter, unforgiven, firstFailure } = next;
  Object.assign(state, { spec, graph, phases, counts, pendingAfter, unforgiven, firstFailure });
  if (event.inputs !== undefined) state.created = withInputs(state.created, event.inputs, event.secrets);
  const { attempts, charged, lost, begunAt, unmet, marked, checkpoints } = next;
  Object.assign(state, { attempts, charged, lost, begunAt, unmet, marked, checkpoints });
  recount(state);
}

function withInputs(
  created: RunState['created'],
  inputs: RunState['created']['inputs'],
  secrets: readonly string[] | undefined,
): RunState['created'] {
  const { secrets: _, ...rest } = created;
  return { ...rest, inputs, ...(secrets === undefined ? {} : { secrets }) };
}

function carryOver(from: RunState, before: number, to: RunState, phase: number): void {
  const at = from.phases[before]!;
  const { after, continueOnFailure } = to.spec.phases[phase]!;
  to.counts.pending--;
  to.counts[at.status]++;
  if (after !== undefined && at.status !== 'pending') to.pendingAfter[after]--;
  // That it failed before is no reason to end the run now, but one not to call it a success.
  if (at.status === 'failed' && continueOnFailure !== true) to.unforgiven++;
  to.phases[phase] = at;
  to.attempts[phase] = from.attempts[before]!;
  to.charged[phase] = from.charged[before]!;
  to.lost[phase] = from.lost[before]!;
  to.begunAt[phase] = from.begunAt[before]!;
  to.marked[phase] = from.marked[before]!;
  to.checkpoints[phase] = from.checkpoints[before]!;
}
