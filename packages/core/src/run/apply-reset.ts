import { forEachDependent } from '../spec/graph.ts';
import { isMet } from './dependencies.ts';
import { expectStatus, notRunning, phaseOf, setPhase } from './checks.ts';
import type { EventOf } from './event.ts';
import { pending } from './state.ts';
import type { Pending, RunState } from './state.ts';

/** Opens a run again: its phases are pending as if they had never run, but the numbers of their attempts go on. */
export function applyReset(state: RunState, event: EventOf<'run.reset'>): void {
  const phases = event.phases.map((name) => phaseOf(state, event, name));
  for (const phase of phases) {
    expectStatus(state, event, phase, notRunning);
    setPhase(state, phase, pending);
    state.charged[phase] = 0;
    state.lost[phase] = 0;
    state.marked[phase] = 0;
    state.begunAt[phase] = 0;
  }
  state.status = 'running';
  state.cancelling = undefined;
  state.cancellingAll = false;
  state.failure = undefined;
  state.firstFailure = undefined;
  dropCheckpoints(state, event, new Set(phases));
  recount(state);
}

/** Works out anew what `apply` keeps up event by event: who waits for whom, what may start, what can't run any more. */
export function recount(state: RunState): void {
  countUnmet(state);
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
    forEachDependent(state.graph, phase, (dependent) => {
      if (isMet(state, phase, dependent) === true) state.unmet[dependent]!--;
    });
}

function refillQueues(state: RunState): void {
  state.ready.clear();
  state.due.clear();
  state.dueByWall.clear();
  state.spreading = [];
  for (let phase = 0; phase < state.graph.size; phase++) {
    const at = state.phases[phase]!;
    if (at.status === 'pending') refillPending(state, phase, at);
    else if (at.status === 'failed' || at.status === 'skipped' || at.status === 'cancelled')
      state.spreading.push(phase);
  }
}

/** A backoff does not outlive the reset of what the phase depends on: it could start before that. */
function refillPending(state: RunState, phase: number, { dueAt, until }: Pending): void {
  if (state.unmet[phase] !== 0) {
    setPhase(state, phase, pending);
    // What it depends on comes anew, and so does the question whether it runs.
    state.begunAt[phase] = 0;
  } else if (until !== undefined) state.dueByWall.push({ at: until, phase });
  else if (dueAt === undefined) state.ready.push(phase);
  else state.due.push({ at: dueAt, phase });
}
