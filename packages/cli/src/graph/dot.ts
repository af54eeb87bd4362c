import { harmlessInFile } from '../view/text.ts';
import { edgeLabel } from './phase-graph.ts';
import type { PhaseGraph } from './phase-graph.ts';

const colours = {
  completed: 'fillcolor="#dafbe1", color="#1a7f37"',
  failed: 'fillcolor="#ffebe9", color="#cf222e"',
  running: 'fillcolor="#ddf4ff", color="#0969da"',
  pending: 'fillcolor="#ffffff", color="#6e7781"',
  skipped: 'fillcolor="#eaeef2", color="#6e7781", style="rounded,filled,dashed"',
  cancelled: 'fillcolor="#fff8c5", color="#9a6700"',
} as const;

/** A digraph for Graphviz. Phases are `p0`, `p1` …; their names are labels. */
export function dot({ workflow, run, phases }: PhaseGraph): string {
  const title = `${workflow}${run === undefined ? '' : `, run ${run.runId}: ${run.status}`}`;
  const lines = [
    `digraph "${dotText(workflow)}" {`,
    `  graph [label="${dotText(title)}", labelloc=t, fontname="sans-serif"]`,
    '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", color="#6e7781", fontname="sans-serif"]',
    '  edge [color="#6e7781", fontname="sans-serif", fontsize=10]',
  ];
  for (const [index, { name, state }] of phases.entries()) {
    const second =
      state === undefined ? '' : `\\n${[`${state.sign} ${state.word}`, state.took].filter(Boolean).join(', ')}`;
    const colour = state === undefined ? '' : `, ${colours[state.status]}`;
    lines.push(`  p${index} [label="${dotText(name)}${second}"${colour}]`);
  }
  for (const [index, { needs, after }] of phases.entries()) {
    const label = edgeLabel(after);
    const how = label === undefined ? '' : ` [style=dashed, label="${label}"]`;
    for (const need of needs) lines.push(`  p${need} -> p${index}${how}`);
  }
  return `${lines.join('\n')}\n}\n`;
}

/** In a label a backslash begins an escape, and `&` an entity of HTML. */
function dotText(text: string): string {
  return harmlessInFile(text).toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;');
}
