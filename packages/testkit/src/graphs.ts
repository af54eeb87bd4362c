/** A plan as the value of a plan file. */
export interface PlanObject {
  readonly workflow_id: string;
  readonly phases: readonly PlanPhase[];
}

export interface PlanPhase {
  readonly name: string;
  readonly command: string;
  readonly depends_on: readonly string[];
}

export interface GraphOptions {
  /** The command of a phase; default: `true`. */
  readonly command?: (name: string, index: number) => string;
}

/** `n` phases, each after the one before it. */
export function chain(n: number, options?: GraphOptions): PlanObject {
  return plan(
    `chain-${n}`,
    nodes(n, (index) => (index === 0 ? [] : [`p${index - 1}`])),
    options,
  );
}

/** One phase, `n` that depend on it, and one that depends on all of those. */
export function fan(n: number, options?: GraphOptions): PlanObject {
  const leaves = Array.from({ length: n }, (_, index) => `leaf${index}`);
  return plan(`fan-${n}`, [['root', []], ...leaves.map((name): Node => [name, ['root']]), ['join', leaves]], options);
}

/** `depth` layers of `width` phases; each phase depends on its neighbours in the layer before (up to three). */
export function layers(width: number, depth: number, options?: GraphOptions): PlanObject {
  const name = (layer: number, column: number): string => `l${layer}c${column}`;
  const made: Node[] = [];
  for (let layer = 0; layer < depth; layer++)
    for (let column = 0; column < width; column++) {
      const above = layer === 0 ? [] : [column - 1, column, column + 1].filter((it) => it >= 0 && it < width);
      made.push([name(layer, column), above.map((it) => name(layer - 1, it))]);
    }
  return plan(`layers-${width}x${depth}`, made, options);
}

/** Two rows of `n` phases, each phase after both of the rung before it: 2^n paths, which none may walk one by one. */
export function ladder(n: number, options?: GraphOptions): PlanObject {
  const made: Node[] = [];
  for (let rung = 0; rung < n; rung++) {
    const before = rung === 0 ? [] : [`left${rung - 1}`, `right${rung - 1}`];
    made.push([`left${rung}`, before], [`right${rung}`, before]);
  }
  return plan(`ladder-${n}`, made, options);
}

/** `n` chains of `m` phases that have nothing to do with one another. */
export function islands(n: number, m: number, options?: GraphOptions): PlanObject {
  const made: Node[] = [];
  for (let island = 0; island < n; island++)
    for (let step = 0; step < m; step++)
      made.push([`i${island}s${step}`, step === 0 ? [] : [`i${island}s${step - 1}`]]);
  return plan(`islands-${n}x${m}`, made, options);
}

type Node = readonly [name: string, dependsOn: readonly string[]];

function nodes(n: number, dependsOn: (index: number) => readonly string[]): Node[] {
  return Array.from({ length: n }, (_, index): Node => [`p${index}`, dependsOn(index)]);
}

function plan(id: string, made: readonly Node[], { command = () => 'true' }: GraphOptions = {}): PlanObject {
  return {
    workflow_id: id,
    phases: made.map(([name, depends_on], index) => ({ name, command: command(name, index), depends_on })),
  };
}
