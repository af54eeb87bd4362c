import { resolve } from 'node:path';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { isFile, openRun } from '../find-run.ts';
import { phaseGraph } from '../graph/phase-graph.ts';
import type { PhaseGraph } from '../graph/phase-graph.ts';
import { loadPlan } from '../plan-file.ts';
import { readRun } from '../run/read-run.ts';
import { openSession } from '../session.ts';
import { endWhenReaderLeaves, print, say } from '../streams.ts';
import { paintFor } from '../view/colour.ts';

export type GraphFormat = 'text' | 'mermaid' | 'dot' | 'svg';

export interface GraphOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly format: GraphFormat;
}

/** Draws a plan file, or a run with what became of its phases. */
export async function graph(text: string, { format, ...options }: GraphOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  const drawn = isFile(resolve(text)) ? await graphOfPlan(text, options) : await graphOfRun(text, options);
  await print(await draw(drawn, format));
  if (drawn.sequential === true) say('No phase has depends_on: they run one after another, in this order.');
  return exitCodes.done;
}

async function graphOfPlan(path: string, { stateDir }: Omit<GraphOptions, 'format'>): Promise<PhaseGraph> {
  await using session = await openSession({ stateDir });
  const { workflow } = await loadPlan(session, path, { commandCheck: false });
  return phaseGraph(workflow.definition.spec);
}

async function graphOfRun(text: string, options: Omit<GraphOptions, 'format'>): Promise<PhaseGraph> {
  await using found = await openRun(options, text);
  const { run, report } = await readRun(found);
  return phaseGraph(run.spec ?? { id: report.workflow, phases: [] }, report);
}

/** Each is loaded only when it is wanted. */
async function draw(drawn: PhaseGraph, format: GraphFormat): Promise<string> {
  switch (format) {
    case 'mermaid': {
      const { mermaid, mermaidLimits } = await import('../graph/mermaid.ts');
      const text = mermaid(drawn);
      const edges = drawn.phases.reduce((sum, { needs }) => sum + needs.length, 0);
      if (edges > mermaidLimits.edges || text.length > mermaidLimits.characters)
        say(
          `note: Mermaid draws ${mermaidLimits.edges} edges and ${mermaidLimits.characters} characters, unless maxEdges and maxTextSize of its page say more; this has ${edges} and ${text.length}. Use --format svg or dot.`,
        );
      return text;
    }
    case 'dot':
      return (await import('../graph/dot.ts')).dot(drawn);
    case 'svg':
      return (await import('../graph/svg.ts')).svg(drawn);
    case 'text': {
      const { textGraph } = await import('../graph/text-graph.ts');
      return textGraph(drawn, { columns: process.stdout.columns, paint: paintFor(process.stdout) });
    }
  }
}
