import type { WorkflowSpec } from './workflow-spec.ts';

/**
 * The phases numbered in file order, and the edges between them in compressed rows: names are looked up only at the
 * doors. The dependents of phase `i` are `targets[offsets[i]] … targets[offsets[i + 1] - 1]`.
 */
export interface Graph {
  readonly size: number;
  readonly indexOf: ReadonlyMap<string, number>;
  /** Row ends of `dependents`, length `size + 1`. */
  readonly offsets: Int32Array;
  /** The phases that depend on a phase, row after row. */
  readonly targets: Int32Array;
  /** How many phases each phase depends on. */
  readonly inDegree: Int32Array;
}

/** Numbers the phases and turns the edges round. Unknown dependencies, and a phase's on itself, are left out: validation reports them. */
export function buildGraph(spec: Pick<WorkflowSpec, 'phases'>, indexOf: Graph['indexOf'] = numberPhases(spec)): Graph {
  const size = spec.phases.length;
  const inDegree = new Int32Array(size);
  const offsets = new Int32Array(size + 1);
  // By phase, as many as its degree: no name is looked up twice.
  const sources: number[] = [];
  for (let to = 0; to < size; to++)
    for (const name of spec.phases[to]!.dependsOn ?? []) {
      const from = indexOf.get(name);
      if (from === undefined || from === to) continue;
      sources.push(from);
      offsets[from + 1]!++;
      inDegree[to]!++;
    }
  for (let index = 0; index < size; index++) offsets[index + 1]! += offsets[index]!;
  const targets = new Int32Array(sources.length);
  const next = offsets.slice(0, size);
  let edge = 0;
  for (let to = 0; to < size; to++)
    for (const end = edge + inDegree[to]!; edge < end; edge++) targets[next[sources[edge]!]!++] = to;
  return { size, indexOf, offsets, targets, inDegree };
}

function numberPhases({ phases }: Pick<WorkflowSpec, 'phases'>): Map<string, number> {
  const indexOf = new Map<string, number>();
  for (let index = 0; index < phases.length; index++) indexOf.set(phases[index]!.name, index);
  return indexOf;
}

/** Calls `visit` with each dependent of a phase. */
export function forEachDependent(graph: Graph, phase: number, visit: (dependent: number) => void): void {
  const end = graph.offsets[phase + 1]!;
  for (let at = graph.offsets[phase]!; at < end; at++) visit(graph.targets[at]!);
}

/** Calls `visit` with each phase that a phase depends on. */
export function forEachDependency(
  { phases }: Pick<WorkflowSpec, 'phases'>,
  { indexOf }: Graph,
  phase: number,
  visit: (dependency: number) => void,
): void {
  for (const name of phases[phase]!.dependsOn ?? []) {
    const dependency = indexOf.get(name);
    if (dependency !== undefined) visit(dependency);
  }
}

/**
 * Circles of dependencies that have no phase in common: not all there are, but some of each knot. Each as phase numbers in
 * the order `a needs b needs … needs a`, `a` named once.
 */
export function findCycles(graph: Graph): readonly (readonly number[])[] {
  const left = graph.inDegree.slice();
  const queue = new Int32Array(graph.size);
  let end = 0;
  for (let index = 0; index < graph.size; index++) if (left[index] === 0) queue[end++] = index;
  for (let at = 0; at < end; at++) {
    const from = queue[at]!;
    for (let edge = graph.offsets[from]!; edge < graph.offsets[from + 1]!; edge++) {
      const to = graph.targets[edge]!;
      if (--left[to]! === 0) queue[end++] = to;
    }
  }
  return end === graph.size ? [] : walkBack(graph, left);
}

/** Every phase that Kahn's algorithm left over has a dependency that is left over too: following one must come round. */
function walkBack(graph: Graph, left: Int32Array): readonly (readonly number[])[] {
  const needs = new Int32Array(graph.size).fill(-1);
  for (let from = 0; from < graph.size; from++)
    if (left[from]! > 0)
      forEachDependent(graph, from, (to) => {
        if (left[to]! > 0) needs[to] = from;
      });
  const cycles: (readonly number[])[] = [];
  const walkOf = new Int32Array(graph.size).fill(-1);
  for (let start = 0; start < graph.size; start++) {
    if (left[start] === 0 || walkOf[start] !== -1) continue;
    const path: number[] = [];
    let at = start;
    for (; walkOf[at] === -1; at = needs[at]!) {
      walkOf[at] = start;
      path.push(at);
    }
    // A walk that runs into an earlier one leads to a circle that is known.
    if (walkOf[at] === start) cycles.push(path.slice(path.indexOf(at)));
  }
  return cycles;
}
