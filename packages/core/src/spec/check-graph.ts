import { didYouMean } from './did-you-mean.ts';
import type { FindingSink } from './finding-list.ts';
import { buildGraph, findCycles } from './graph.ts';
import { quote } from './quote.ts';
import type { Finding, PhaseSpec } from './workflow-spec.ts';

/** A phase as far as its place in the graph goes. What could not be read is `undefined`: it is no second finding here. */
export interface GraphNode {
  readonly name: string | undefined;
  readonly dependsOn?: readonly (string | undefined)[];
}

type Nodes = readonly GraphNode[];

/** Names inspected for "did you mean" in one validation: a plan full of unknown names must not cost its square. */
const maxComparisons = 200_000;

/** So many names are compared with each other faster than a table of them is made. */
const fewNames = 16;

/** Names shown of a cycle. */
const maxNamesShown = 8;

/**
 * Adds what is wrong with names and dependencies: duplicates, the unknown, a phase's on itself, circles.
 * @param key how the workflow writes the list of dependencies, for paths
 */
export function checkGraph(nodes: Nodes, key: 'depends_on' | 'dependsOn', findings: FindingSink): void {
  const indexOf = numberNames(nodes, findings);
  const suggest = suggestionsFrom(indexOf);
  let edges = 0;
  for (let phase = 0; phase < nodes.length; phase++) {
    const { name, dependsOn } = nodes[phase]!;
    if (dependsOn === undefined) continue;
    edges += dependsOn.length;
    for (let at = 0; at < dependsOn.length; at++) {
      const dependency = dependsOn[at];
      if (dependency === undefined || (dependency !== name && indexOf.has(dependency))) continue;
      const path = ['phases', phase, key, at];
      const label = labelOf(nodes[phase]!, phase);
      findings.push(
        dependency === name
          ? selfDependency(label, path)
          : unknownDependency(label, path, dependency, suggest(dependency)),
      );
    }
    if (dependsOn.length > 1) checkRepeats(nodes[phase]!, phase, key, findings);
  }
  if (edges === 0) return;
  // Of two phases with one name the first is looked at. What could not be read has no edges.
  const graph = buildGraph({ phases: nodes as readonly PhaseSpec[] }, indexOf);
  for (const cycle of findCycles(graph)) findings.push(cycleFinding(nodes, cycle, key));
}

function labelOf({ name }: GraphNode, phase: number): string {
  return `Phase ${name === undefined ? `number ${phase + 1}` : quote(name)}`;
}

function numberNames(nodes: Nodes, findings: FindingSink): ReadonlyMap<string, number> {
  const indexOf = new Map<string, number>();
  for (let phase = 0; phase < nodes.length; phase++) {
    const { name } = nodes[phase]!;
    if (name === undefined) continue;
    const first = indexOf.get(name);
    if (first === undefined) indexOf.set(name, phase);
    else
      findings.push({
        code: 'ORCH_PLAN_DUPLICATE_NAME',
        severity: 'error',
        message: `Phases ${first + 1} and ${phase + 1} have the same name, ${quote(name)}.`,
        path: ['phases', phase, 'name'],
        hint: 'Each phase needs a name of its own.',
        related: [{ message: 'The first phase of this name.', path: ['phases', first, 'name'] }],
      });
  }
  return indexOf;
}

function suggestionsFrom(names: ReadonlyMap<string, number>): (name: string) => string | undefined {
  let left = maxComparisons;
  return (name) => {
    if (left <= 0) return undefined;
    left -= names.size;
    return didYouMean(name, names.keys());
  };
}

function selfDependency(where: string, path: Finding['path']): Finding {
  return {
    code: 'ORCH_PLAN_SELF_DEP',
    severity: 'error',
    message: `${where} depends on itself.`,
    path,
    hint: 'Remove its own name from the list.',
  };
}

function unknownDependency(where: string, path: Finding['path'], name: string, meant: string | undefined): Finding {
  return {
    code: 'ORCH_PLAN_UNKNOWN_DEP',
    severity: 'error',
    message: `${where} depends on ${quote(name)}, which is no phase of the workflow.`,
    path,
    hint: unknownNameHint(name, meant),
  };
}

function unknownNameHint(name: string, meant: string | undefined): string {
  if (meant === undefined) return 'Names are compared exactly. Correct it, or add the phase.';
  if (meant.normalize() === name.normalize())
    return `A phase has a name that looks the same, ${quote(meant)}, in other Unicode characters: copy it from there.`;
  return `Did you mean ${quote(meant)}?`;
}

function checkRepeats(node: GraphNode, phase: number, key: string, findings: FindingSink): void {
  const { dependsOn = [] } = node;
  if (dependsOn.length <= fewNames && dependsOn.every((name, at) => dependsOn.indexOf(name) === at)) return;
  const firstAt = new Map<string, number>();
  for (let at = 0; at < dependsOn.length; at++) {
    const dependency = dependsOn[at];
    if (dependency === undefined) continue;
    const first = firstAt.get(dependency);
    if (first === undefined) firstAt.set(dependency, at);
    else
      findings.push({
        code: 'ORCH_PLAN_DUPLICATE_DEP',
        severity: 'error',
        message: `${labelOf(node, phase)} names its dependency ${quote(dependency)} twice.`,
        path: ['phases', phase, key, at],
        hint: 'Name it once.',
        related: [{ message: 'The first mention.', path: ['phases', phase, key, first] }],
      });
  }
}

function cycleFinding(nodes: Nodes, cycle: readonly number[], key: string): Finding {
  const nameAt = (step: number): string => nodes[cycle[step % cycle.length]!]!.name!;
  const pathAt = (step: number): Finding['path'] => {
    const phase = cycle[step]!;
    return ['phases', phase, key, nodes[phase]!.dependsOn!.indexOf(nameAt(step + 1))];
  };
  const shown = cycle.slice(0, maxNamesShown).map((_, step) => quote(nameAt(step), 40));
  if (cycle.length > maxNamesShown) shown.push(`… ${cycle.length - maxNamesShown} more …`);
  shown.push(quote(nameAt(0), 40));
  return {
    code: 'ORCH_PLAN_CYCLE',
    severity: 'error',
    message: `Phases depend on one another in a circle: ${shown.join(' needs ')}.`,
    path: pathAt(0),
    hint: 'Remove one of these dependencies.',
    related: cycle.slice(1).map((_, step) => ({
      message: `${quote(nameAt(step + 1))} needs ${quote(nameAt(step + 2))}`,
      path: pathAt(step + 1),
    })),
  };
}
