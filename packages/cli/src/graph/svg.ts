import { markup } from '../view/markup.ts';
import { displayWidth, splitAt } from '../view/text.ts';
import { layOut } from './layout.ts';
import type { Box, Point } from './layout.ts';
import { edgeLabel } from './phase-graph.ts';
import type { GraphPhase, PhaseGraph } from './phase-graph.ts';

const mostNameColumns = 30;
/** Of a character of the fixed-width font, at 12 pixels. */
const columnWidth = 7.4;
const padding = 12;

const style = `.graph{font:12px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;--text:#1f2328;--line:#6e7781;--box:#fff;--page:#fff}
.graph .page{fill:var(--page)}
.graph text{fill:var(--text);text-anchor:middle}
.graph .small{font-size:11px}
.graph rect{stroke:var(--line);fill:var(--box)}
.graph .page{stroke:none}
.graph path{fill:none;stroke:var(--line);stroke-width:1.2}
.graph marker path{fill:var(--line);stroke:none}
.graph .reaction{stroke-dasharray:5 4}
.graph .completed rect{fill:#dafbe1;stroke:#1a7f37}
.graph .failed rect{fill:#ffebe9;stroke:#cf222e;stroke-width:2}
.graph .running rect{fill:#ddf4ff;stroke:#0969da;stroke-width:2}
.graph .skipped rect{fill:#eaeef2;stroke-dasharray:4 3}
.graph .cancelled rect{fill:#fff8c5;stroke:#9a6700}
@media (prefers-color-scheme:dark){.graph{--text:#e6edf3;--line:#8b949e;--box:#161b22;--page:#0d1117}
.graph .completed rect{fill:#0f2d1a;stroke:#3fb950}
.graph .failed rect{fill:#3d1518;stroke:#f85149}
.graph .running rect{fill:#0c2d4a;stroke:#58a6ff}
.graph .skipped rect{fill:#21262d}
.graph .cancelled rect{fill:#3b2e05;stroke:#d29922}}
@media print{.graph{--text:#1f2328;--line:#57606a;--box:#fff;--page:#fff}}`;

/** A picture of its own, which needs no other file and no network. */
export function svg(graph: PhaseGraph): string {
  const { workflow, run, phases } = graph;
  const hasStates = phases.some(({ state }) => state !== undefined);
  const boxHeight = hasStates ? 42 : 28;
  const { width, height, boxes, edges } = layOut(phases, { widths: phases.map(widthOf), boxHeight });
  const title = `${workflow}${run === undefined ? '' : `, run ${run.runId}: ${run.status}`}`;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="img" aria-label="${markup(title)}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${markup(title)}</title>`,
    `<style>${style}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    `<rect class="page" width="${width}" height="${height}"/>`,
  ];
  for (const { to, points } of edges) {
    const after = phases[to]?.after;
    const kind = after === undefined ? '' : ' class="reaction"';
    const label = edgeLabel(after);
    const end = label === undefined ? '/>' : `><title>${label}</title></path>`;
    lines.push(`<path${kind} d="${curve(points, boxHeight)}" marker-end="url(#arrow)"${end}`);
  }
  for (const [index, phase] of phases.entries()) {
    const box = boxes[index];
    if (box !== undefined) lines.push(drawn(phase, box, boxHeight));
  }
  lines.push('</svg>');
  return `${lines.join('\n')}\n`;
}

function secondLine({ state, after }: GraphPhase): string {
  const words = state === undefined ? '' : [`${state.sign} ${state.word}`, state.took].filter(Boolean).join(', ');
  const label = edgeLabel(after);
  return label === undefined || words === '' ? words : `${words} (${label})`;
}

function widthOf(phase: GraphPhase): number {
  const columns = Math.max(6, Math.min(displayWidth(phase.name), mostNameColumns), displayWidth(secondLine(phase)));
  return Math.ceil(columns * columnWidth) + 2 * padding;
}

function drawn(phase: GraphPhase, { x, y, width }: Box, height: number): string {
  const second = secondLine(phase);
  const name = shortened(phase.name);
  const whole = second === '' ? phase.name : `${phase.name}: ${second}`;
  const text = (words: string, line: number, kind = ''): string =>
    `<text x="${x}" y="${line}"${kind}>${markup(words)}</text>`;
  const texts = second === '' ? text(name, y + 4) : text(name, y - 4) + text(second, y + 13, ' class="small"');
  const rect = `<rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="6"/>`;
  const kind = phase.state === undefined ? '' : ` class="${phase.state.status}"`;
  return `<g${kind}><title>${markup(whole)}</title>${rect}${texts}</g>`;
}

function shortened(name: string): string {
  return displayWidth(name) <= mostNameColumns ? name : `${splitAt(name, mostNameColumns - 1)[0]}…`;
}

/** From the foot of one box to the head of the other, upright at both ends. */
function curve(points: readonly Point[], boxHeight: number): string {
  const ends = points.map(({ x, y }, index) => {
    if (index === 0) return { x, y: y + boxHeight / 2 };
    return index === points.length - 1 ? { x, y: y - boxHeight / 2 } : { x, y };
  });
  const [first, ...rest] = ends;
  if (first === undefined) return '';
  let before = first;
  const parts = [`M${first.x} ${first.y}`];
  for (const point of rest) {
    const middle = Math.round((before.y + point.y) / 2);
    parts.push(`C${before.x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`);
    before = point;
  }
  return parts.join('');
}
