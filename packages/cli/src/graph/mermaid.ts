import { harmlessInFile } from '../view/text.ts';
import { edgeLabel } from './phase-graph.ts';
import type { PhaseGraph } from './phase-graph.ts';

/** What Mermaid draws unless its configuration says otherwise, which a diagram can't. */
export const mermaidLimits = { edges: 500, characters: 50_000 } as const;

const classes = `  classDef completed fill:#dafbe1,stroke:#1a7f37,color:#1f2328
  classDef failed fill:#ffebe9,stroke:#cf222e,color:#1f2328
  classDef running fill:#ddf4ff,stroke:#0969da,color:#1f2328
  classDef pending fill:#ffffff,stroke:#6e7781,color:#1f2328
  classDef skipped fill:#eaeef2,stroke:#6e7781,color:#1f2328,stroke-dasharray:4
  classDef cancelled fill:#fff8c5,stroke:#9a6700,color:#1f2328`;

/** A flowchart. Phases are `p0`, `p1` …: a name could be a word of the language, as `end` is. */
export function mermaid({ workflow, run, phases }: PhaseGraph): string {
  const lines = [
    `%% ${harmlessInFile(workflow)}${run === undefined ? '' : `, run ${harmlessInFile(run.runId)}: ${run.status}`}`,
    'flowchart TD',
  ];
  for (const [index, { name, state }] of phases.entries()) {
    // In the same line: where a label has a break, Mermaid takes `\n` for one, and reads formulas.
    const second =
      state === undefined ? '' : ` (${[`${state.sign} ${state.word}`, state.took].filter(Boolean).join(', ')})`;
    lines.push(`  p${index}["${mermaidText(name)}${second}"]${state === undefined ? '' : `:::${state.status}`}`);
  }
  for (const [index, { needs, after }] of phases.entries()) {
    const label = edgeLabel(after);
    for (const need of needs) lines.push(`  p${need} ${label === undefined ? '-->' : `-. ${label} .->`} p${index}`);
  }
  if (run !== undefined) lines.push(classes);
  return `${lines.join('\n')}\n`;
}

/** What Mermaid, its Markdown or HTML would take for something else than text, by number. */
function mermaidText(name: string): string {
  const text = harmlessInFile(name).toWellFormed();
  return (
    text
      // `#` begins what is written by number; the others end the text, or are tags, formulas and emphasis.
      .replaceAll(/[#"&<>`\\*~[\]{}|$;]/g, byNumber)
      .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, byNumber)
      // The beginnings of lists; and of links.
      .replace(/^(\s*)([-+=])/, (_, space: string, sign: string) => space + byNumber(sign))
      .replace(/^(\s*\d+)([.)])/, (_, number: string, sign: string) => number + byNumber(sign))
      .replaceAll('://', `${byNumber(':')}//`)
      .replaceAll('%%', byNumber('%') + byNumber('%'))
  );
}

function byNumber(character: string): string {
  return `#${character.codePointAt(0)};`;
}
