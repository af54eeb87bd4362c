import type { PhaseReport } from '@orch/core';
import { signOf } from '../graph/phase-graph.ts';
import { phaseMs } from '../run/folded-run.ts';
import { lastLines } from '../run/log-tail.ts';
import { markup } from '../view/markup.ts';
import { describeFailure } from '../view/phase-words.ts';
import { clip, count, formatDuration } from '../view/text.ts';
import { whyOf } from '../view/why.ts';
import { choosePhases } from './choose-phases.ts';
import type { PageData } from './page.ts';

const mostRows = 1_000;
const mostFailures = 50;
const mostOutputs = 200;
const mostLines = 20;
const mostCharacters = 4_000;

/** The word of a status with its sign and its colour. */
function badge(phase: Parameters<typeof signOf>[0]): string {
  const { status, sign, word } = signOf(phase);
  return `<span class="status ${status}"><span aria-hidden="true">${sign}</span> ${word}</span>`;
}

export function phasesTable({ report, now }: PageData): string {
  const shown = choosePhases(report.phases, mostRows, now);
  const rows = shown.map((phase) => {
    const tries = phase.attempts.filter(({ part }) => part === 'main').length;
    const time = phase.attempts.length === 0 ? '' : formatDuration(phaseMs(phase, now));
    const cells = [badge(phase), String(tries), time, markup(whyOf(phase, now))];
    const [status = '', ...rest] = cells;
    return `<tr><th scope="row">${markup(phase.name)}</th>${[status, ...rest].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  const titles = ['Phase', 'Status', 'Attempts', 'Time', 'Why'].map((title) => `<th scope="col">${title}</th>`);
  const left = report.phases.length - shown.length;
  return `${left === 0 ? '' : `<p>${count(left, 'phase')} left out here: what failed is shown, and what took longest.</p>\n`}<table>
<thead><tr>${titles.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

/** What failed, with the end of its log; '' where nothing did. */
export function failuresSection(data: PageData): string {
  const failed = data.report.phases.filter(({ status }) => status === 'failed');
  const left = failed.length - mostFailures;
  return [
    ...failed.slice(0, mostFailures).map((phase) => failure(phase, data)),
    ...(left > 0 ? [`<p>And ${left} more, in the table of phases.</p>`] : []),
  ].join('\n');
}

function failure({ name, attempts, error, forgiven }: PhaseReport, { places }: PageData): string {
  const last = error === undefined ? attempts.at(-1) : undefined;
  const why = error ?? last?.error;
  const words = last === undefined ? (error?.message ?? 'failed') : describeFailure(last);
  const log = last === undefined || places.elsewhere(last) !== undefined ? undefined : places.fileOf(last);
  const lines = log === undefined ? [] : lastLines(log, mostLines);
  return [
    `<h3>${markup(name)}</h3>`,
    `<p>${badge({ status: 'failed', ...(forgiven === undefined ? {} : { forgiven }) })} ${markup(words)}${last === undefined ? '' : `, attempt ${last.attempt}`}</p>`,
    why === undefined || why.message === words ? '' : `<p>${markup(why.message)}</p>`,
    why?.hint === undefined ? '' : `<p>${markup(why.hint)}</p>`,
    lines.length === 0 ? '' : `<p>The end of its log:</p>\n<pre>${lines.map(markup).join('\n')}</pre>`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** What phases handed on; '' where none did. */
export function outputsSection({ report, flags }: PageData): string {
  const phases = report.phases.filter(({ output }) => output !== undefined);
  const left = phases.length - mostOutputs;
  return [
    ...phases
      .slice(0, mostOutputs)
      .map(
        ({ name, output }) => `<details><summary>${markup(name)}</summary>\n<pre>${jsonText(output)}</pre></details>`,
      ),
    ...(left > 0
      ? [`<p>And ${left} more: <code>${markup(`orch show ${report.runId} --json${flags}`)}</code></p>`]
      : []),
  ].join('\n');
}

/** JSON that somebody may have made long. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .split('\n')
    .slice(0, mostCharacters)
    .map((line) => markup(clip(line, mostCharacters)))
    .join('\n');
}
