import { buildGraph } from '../spec/graph.ts';
import { applyReplan } from './apply-replan.ts';
import { applyReset } from './apply-reset.ts';
import { applyToPhase } from './apply-to-phase.ts';
import { pendingOnly, expectStatus, invalid, newer, phaseOf } from './checks.ts';
import { isHindered } from './dependencies.ts';
import type { EventOf, RunEvent } from './event.ts';
import { initialState, isTerminal } from './state.ts';
import type { DueEntry, Pending, RunState } from './state.ts';

/**
 * The state chart. Every other pair is a bug, and throws.
 *
 * ```
 * phase
 *   pending ─started→ running ─completed→ completed
 *   running ─failed(retryAt)→ pending, not before retryAt     running ─failed→ failed
 *   running ─completed(part repair)→ pending     pending ─failed(attempt 0: its condition broke)→ failed
 *   running ─interrupted→ pending     running ─skipped→ skipped (a plugin's answer)     running ─cancelled→ cancelled
 *   running ─adopted→ running
 *   pending ─skipped→ skipped   ─cancelled→ cancelled
 *   completed | failed | skipped | cancelled | pending ─run.reset→ pending
 * run
 *   (none) ─created→ running ─started, stopped, cancelling, replanned→ running
 *   running ─completed→ completed   ─failed→ failed   ─cancelled→ cancelled
 *   running ─waiting→ waiting ─stopped→ waiting ─started→ running
 *   running | completed | failed | cancelled ─run.reset→ running
 * ```
 *
 * `phase.waiting`, `phase.approved`, `phase.rejected` and `phase.expanded` are of format 1, but no release writes them
 * yet: they are refused as written by a newer one.
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
      // The first one says why the run ends; a second one ends the clean-ups, too.
      if (state.cancelling !== undefined) state.cancellingAll = true;
      state.cancelling ??= event;
      return;
    case 'run.reset':
      return applyReset(state, event);
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
      return applyToPhase(state, event);
    case 'run.replanned':
      return applyReplan(state, event);
    case 'phase.waiting':
    case 'phase.approved':
    case 'phase.rejected':
    case 'phase.expanded':
      throw newer(state.runId, event.type);
    default:
      throw newer(state.runId, (event satisfies never as RunEvent).type);
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
    const waits = state.phases[phase] as Pending & { readonly delayMs: number };
    const dueAt = Math.min(at, event.at + waits.delayMs);
    state.phases[phase] = { ...waits, dueAt };
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
  expectStatus(state, event, phase, pendingOnly);
  state.marked[phase] = 1;
  state.checkpoints[phase] = event.version;
}

function remember(state: RunState, { plugin, key, value }: EventOf<'plugin.recorded'>): void {
  let map = state.memory.get(plugin);
  if (map === undefined) state.memory.set(plugin, (map = new Map()));
  map.set(key, value);
}

/** Keeps the promise of the queues: what stands at their front is true. */
function dropStale(state: RunState): void {
  for (let first = state.ready.first; first !== undefined && !isReady(state, first); first = state.ready.first)
    state.ready.shift();
  for (let first = state.due.first; first !== undefined && !isDue(state, first); first = state.due.first)
    state.due.shift();
  for (
    let first = state.dueByWall.first;
    first !== undefined && !isDueByWall(state, first);
    first = state.dueByWall.first
  )
    state.dueByWall.shift();
  let spent = 0;
  while (spent < state.spreading.length && !hinders(state, state.spreading[spent]!)) spent++;
  if (spent > 0) state.spreading.splice(0, spent);
}

function isReady(state: RunState, phase: number): boolean {
  const at = state.phases[phase]!;
  return at.status === 'pending' && at.dueAt === undefined && at.until === undefined;
}

function isDue(state: RunState, entry: DueEntry): boolean {
  const at = state.phases[entry.phase]!;
  return at.status === 'pending' && at.dueAt === entry.at;
}

function isDueByWall(state: RunState, entry: DueEntry): boolean {
  const at = state.phases[entry.phase]!;
  return at.status === 'pending' && at.until === entry.at;
}

function hinders(state: RunState, phase: number): boolean {
  const { offsets, targets } = state.graph;
  for (let at = offsets[phase]!; at < offsets[phase + 1]!; at++)
    if (isHindered(state, phase, targets[at]!)) return true;
  return false;
}
