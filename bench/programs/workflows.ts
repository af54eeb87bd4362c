import { workflow } from '@orch/core';
import type { Workflow } from '@orch/core';

/** Each phase after the one before it; each calls the same function with its number. */
export function chainOf(phases: number, run: (index: number) => unknown): Workflow {
  let flow: Workflow = workflow('chain');
  for (let index = 0; index < phases; index++)
    flow = flow.phase(`p${index}`, { dependsOn: index === 0 ? [] : [`p${index - 1}`], run: () => run(index) });
  return flow;
}

/** Layers of ten; each phase depends on its neighbours in the layer before, up to three. */
export function layersOf(phases: number, run: () => unknown): Workflow {
  const width = 10;
  const name = (layer: number, column: number): string => `l${layer}c${column}`;
  let flow: Workflow = workflow('layers');
  for (let index = 0; index < phases; index++) {
    const [layer, column] = [Math.floor(index / width), index % width];
    const above = layer === 0 ? [] : [column - 1, column, column + 1].filter((it) => it >= 0 && it < width);
    flow = flow.phase(name(layer, column), { dependsOn: above.map((it) => name(layer - 1, it)), run });
  }
  return flow;
}
