import { workflow } from '@orch/core';
import type { Workflow } from '@orch/core';

/** Each phase after the one before it; each calls the same function with its number. */
export function chainOf(phases: number, run: (index: number) => unknown): Workflow {
  let flow: Workflow = workflow('chain');
  for (let index = 0; index < phases; index++)
    flow = flow.phase(`p${index}`, { dependsOn: index === 0 ? [] : [`p${index - 1}`], run: () => run(index) });
  return flow;
}

/** A thousand phases that wait for nothing, and one that waits for all of them. */
export function fanOf(run: () => unknown): Workflow {
  let flow: Workflow = workflow('fan');
  const all = Array.from({ length: 1_000 }, (_, index) => `p${index}`);
  for (const name of all) flow = flow.phase(name, { run });
  return flow.phase('join', { dependsOn: all, run });
}

/**
 * Layers of ten; each phase depends on its neighbours in the layer before, up to three. Each name is made once: what this
 * leaves behind as garbage would count as memory of orch.
 */
export function layersOf(phases: number, run: () => unknown): Workflow {
  const width = 10;
  let flow: Workflow = workflow('layers');
  let above: string[] = [];
  for (let first = 0; first < phases; first += width) {
    const layer: string[] = [];
    for (let column = 0; column < Math.min(width, phases - first); column++) {
      layer.push(`l${first / width}c${column}`);
      flow = flow.phase(layer[column]!, { dependsOn: above.slice(Math.max(0, column - 1), column + 2), run });
    }
    above = layer;
  }
  return flow;
}
