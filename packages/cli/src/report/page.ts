import { phaseGraph } from '../graph/phase-graph.ts';
import { svg } from '../graph/svg.ts';
import { goOnLabel } from '../recover-command.ts';
import { criticalPath } from '../run/critical-path.ts';
import { canGoOn } from '../run/run-status.ts';
import type { ReadRun } from '../run/read-run.ts';
import { criticalPathText } from '../view/critical-path-text.ts';
import { markup } from '../view/markup.ts';
import { count, formatDateTime, formatDuration } from '../view/text.ts';
import { logsSection } from './logs-section.ts';
import { pageStyle } from './page-style.ts';
import { failuresSection, jsonText, outputsSection, phasesTable } from './phases-section.ts';
import { timeline } from './timeline.ts';

export interface PageData extends ReadRun {
  /** Where its journal is. */
  readonly backend: string;
  /** The command line that takes the run up again. */
  readonly recover: string;
  /** What a command line has to add to find the run. */
  readonly flags: string;
  readonly now: number;
}

const mostDrawn = 1_000;

/** A run as one page that needs no other file, no network and no script. */
export function reportPage(data: PageData): string {
  const { report } = data;
  const title = `Run ${report.runId} of ${report.workflow}: ${report.status}`;
  const sections = sectionsOf(data).filter(({ html }) => html !== '');
  const links = sections.map(({ id, name }) => `<li><a href="#${id}">${name}</a></li>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${markup(title)}</title>
<style>
${pageStyle}
</style>
</head>
<body>
<header>
<h1>Run ${markup(report.runId)} of ${markup(report.workflow)}</h1>
${facts(data)}
<nav aria-label="Sections"><ul>${links.join('')}</ul></nav>
</header>
<main>
${sections.map(({ id, name, html }) => `<section aria-labelledby="${id}">\n<h2 id="${id}">${name}</h2>\n${html}\n</section>`).join('\n')}
</main>
<footer><p>As its journal stood at version ${report.version}, ${formatDateTime(report.updatedAt)}. Made by orch.</p></footer>
</body>
</html>
`;
}

interface Section {
  readonly id: string;
  readonly name: string;
  /** '': there is nothing to say. */
  readonly html: string;
}

function sectionsOf(data: PageData): readonly Section[] {
  const { report } = data;
  return [
    { id: 'failures', name: 'Failures', html: failuresSection(data) },
    { id: 'graph', name: 'Graph', html: picture(data) },
    { id: 'timeline', name: 'Timeline', html: timeline(data) },
    { id: 'phases', name: 'Phases', html: phasesTable(data) },
    { id: 'inputs', name: 'Inputs', html: inputs(data) },
    { id: 'outputs', name: 'Outputs', html: outputsSection(data) },
    { id: 'changes', name: 'Changes of its plan', html: list(report.changes ?? []) },
    { id: 'warnings', name: 'Warnings', html: list(report.warnings) },
    { id: 'logs', name: 'Logs', html: logsSection(data) },
  ];
}

function facts({ report, run, backend, recover }: PageData): string {
  const { status, reason, createdAt, updatedAt, directory, source, owner, takeUps } = report;
  const counts = Object.entries(run.counts).filter(([, amount]) => amount > 0);
  const rows: (readonly [string, string])[] = [
    ['Status', `<span class="status ${status}">${status}</span>${reason === undefined ? '' : ` (${markup(reason)})`}`],
    ['Phases', counts.map(([word, amount]) => `${amount} ${word}`).join(', ')],
    ['Started', formatDateTime(createdAt)],
    ['Took', `${formatDuration(updatedAt - createdAt)}${takeUps > 1 ? `, ${count(takeUps, 'take-up')}` : ''}`],
    ...criticalPathText(criticalPath(run)).map((text) => splitLabel(text)),
    ['Folder', `<code>${markup(directory)}</code>`],
    ...(source === undefined ? [] : [['Plan', `<code>${markup(source)}</code>`] as const]),
    ...(owner === undefined ? [] : [['Driver', `process ${owner.pid} on ${markup(owner.host)}`] as const]),
    ['Backend', `<code>${markup(backend)}</code>`],
    ...(canGoOn(report.status) ? [[goOnLabel(run.failure), `<code>${markup(recover)}</code>`] as const] : []),
  ];
  return `<dl>${rows.map(([label, html]) => `<dt>${label}</dt><dd>${html}</dd>`).join('\n')}</dl>`;
}

function splitLabel(text: string): readonly [string, string] {
  const at = text.indexOf(': ');
  return [markup(text.slice(0, at)), markup(text.slice(at + 2))];
}

function picture({ report, run, flags }: PageData): string {
  if (run.spec === undefined) return '';
  if (report.phases.length > mostDrawn)
    return `<p>${report.phases.length} phases are more than can be seen here. As a picture: <code>${markup(`orch graph ${report.runId} --format svg${flags} > run.svg`)}</code></p>`;
  return `<div class="picture" tabindex="0" role="region" aria-label="Graph of the phases">\n${svg(phaseGraph(run.spec, report))}</div>`;
}

function inputs({ inputs: given, secrets }: PageData): string {
  const rows = [
    ...Object.entries(given).map(([name, value]) => `<dt>${markup(name)}</dt><dd><pre>${jsonText(value)}</pre></dd>`),
    ...secrets.map((name) => `<dt>${markup(name)}</dt><dd>*** (secret, not stored)</dd>`),
  ];
  return rows.length === 0 ? '' : `<dl>${rows.join('\n')}</dl>`;
}

function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${markup(item)}</li>`).join('')}</ul>`;
}
