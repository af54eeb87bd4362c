import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import { didYouMean } from '../spec/did-you-mean.ts';
import { buildGraph, forEachDependency } from '../spec/graph.ts';
import type { Graph } from '../spec/graph.ts';
import { quote } from '../spec/quote.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import type { EventBody, Selection } from './event.ts';
import type { PhaseState } from './state.ts';

type Skipped = Extract<EventBody, { readonly type: 'phase.skipped' }>;

const leftOut = { only: 'not_selected', skip: 'selection' } as const;

/** Whether a phase was left out when its run was created: that holds for the whole run. */
export function isLeftOut(at: PhaseState): boolean {
  return at.status === 'skipped' && (at.reason === leftOut.only || at.reason === leftOut.skip);
}

/**
 * The phases that a selection leaves out. What was not chosen passes: those that were chosen run without its output; what
 * was skipped does not, and takes its dependents with it.
 *
 * Throws `ORCH_RUN_NO_PHASE` for a name that is none, `ORCH_RUN_NOTHING_SELECTED` where nothing is left.
 */
export function leftOutBy(spec: WorkflowSpec, { only, skip = [], until }: Selection): readonly Skipped[] {
  const graph = buildGraph(spec);
  const numbers = (names: readonly string[]): readonly number[] => names.map((name) => numberOf(spec, graph, name));
  const skipped = new Set(numbers(skip));
  const chosen = only === undefined ? undefined : new Set(numbers(only));
  const upstream = until === undefined ? undefined : withUpstream(spec, graph, numbers(until));
  const isChosen = (phase: number): boolean => chosen?.has(phase) !== false && upstream?.has(phase) !== false;
  const names: { readonly not: string[]; readonly skipped: string[] } = { not: [], skipped: [] };
  for (const [phase, { name }] of spec.phases.entries()) {
    if (!isChosen(phase)) names.not.push(name);
    else if (skipped.has(phase)) names.skipped.push(name);
  }
  if (names.not.length + names.skipped.length === spec.phases.length) throw nothingLeft(spec);
  const events: Skipped[] = [];
  if (names.not.length > 0)
    events.push({ type: 'phase.skipped', phases: names.not, reason: leftOut.only, passes: true });
  if (names.skipped.length > 0) events.push({ type: 'phase.skipped', phases: names.skipped, reason: leftOut.skip });
  return events;
}

/** One form for each choice: what was left away is not there, and neither order nor repeated names count. */
export function normalSelection(given: Selection): Selection {
  const ways = Object.entries(given).flatMap(([way, names]: [string, readonly string[] | undefined]) =>
    names === undefined || (way === 'skip' && names.length === 0)
      ? []
      : [[way, [...new Set(names)].toSorted()] as const],
  );
  return Object.fromEntries(ways);
}

/** What the selection of a run says of phases that another definition adds; names that it does not have any more say nothing. */
export function leftOutOfNew(
  spec: WorkflowSpec,
  { only, skip = [], until }: Selection,
  isNew: (name: string) => boolean,
): readonly Skipped[] {
  const names = new Set(spec.phases.map(({ name }) => name));
  const there = (list: readonly string[]): readonly string[] => list.filter((name) => names.has(name));
  const selection = {
    skip: there(skip),
    ...(only === undefined ? {} : { only: there(only) }),
    ...(until === undefined ? {} : { until: there(until) }),
  };
  return leftOutBy(spec, selection).flatMap((event) => {
    const phases = event.phases.filter(isNew);
    return phases.length === 0 ? [] : [{ ...event, phases }];
  });
}

function withUpstream(spec: WorkflowSpec, graph: Graph, from: readonly number[]): ReadonlySet<number> {
  const found = new Set(from);
  // A Set is visited in order of insertion, also while it grows.
  for (const phase of found) forEachDependency(spec, graph, phase, (dependency) => found.add(dependency));
  return found;
}

function numberOf(spec: WorkflowSpec, graph: Graph, name: string): number {
  const phase = graph.indexOf.get(name);
  if (phase !== undefined) return phase;
  throw noPhase(spec, graph, name);
}

const shownNames = 10;

export function noPhase(spec: WorkflowSpec, graph: Graph, name: string): OrchError {
  const names = [...graph.indexOf.keys()];
  const meant = didYouMean(name, names);
  const more = names.length > shownNames ? `, and ${names.length - shownNames} more` : '';
  const there = `Its phases: ${names
    .slice(0, shownNames)
    .map((it) => quote(it))
    .join(', ')}${more}.`;
  return orchError({
    code: 'ORCH_RUN_NO_PHASE',
    message: `Workflow ${spec.id} has no phase ${quote(name)}.`,
    hint: `${meant === undefined ? there : `Did you mean ${quote(meant)}?`} Nothing was started.`,
  });
}

function nothingLeft(spec: WorkflowSpec): OrchError {
  return orchError({
    code: 'ORCH_RUN_NOTHING_SELECTED',
    message: `The selection leaves nothing of workflow ${spec.id}.`,
    hint: 'Choose at least one phase. Nothing was started.',
  });
}
