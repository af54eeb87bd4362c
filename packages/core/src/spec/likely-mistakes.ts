import { planDurationMs } from '../duration.ts';
import type { FindingSink } from './finding-list.ts';
import { isObject } from './plan-keys.ts';
import { quote } from './quote.ts';
import type { Finding } from './workflow-spec.ts';

const secondsOfADay = 86_400;

/**
 * Warns of what a plan may say, and surely does not mean: of a plan without errors, as it is written. Kept to what has hardly
 * another reading.
 */
export function noteLikelyMistakes(plan: { readonly [key: string]: unknown }, findings: FindingSink): void {
  const { timeout, defaults, phases, checkpoint_interval: interval } = plan;
  noteMilliseconds('The timeout of the plan', timeout, ['timeout'], findings);
  if (isObject(defaults))
    noteMilliseconds('The timeout of defaults', defaults['timeout'], ['defaults', 'timeout'], findings);
  const list = phases as readonly { readonly [key: string]: unknown }[];
  if (typeof interval === 'number' && interval > Math.max(1, list.length))
    noteInterval(interval, list.length, findings);
  const wholeMs = planDurationMs(timeout);
  for (let index = 0; index < list.length; index++) {
    const { name, timeout: own } = list[index]!;
    if (own === undefined) continue;
    const path = ['phases', index, 'timeout'];
    const label = `Phase ${quote(String(name))}: its timeout`;
    noteMilliseconds(label, own, path, findings);
    if (wholeMs !== undefined && planDurationMs(own)! > wholeMs)
      warn(
        findings,
        'ORCH_PLAN_TIMEOUT_ORDER',
        `${label} is never reached: that of the whole plan, ${String(timeout)}, ends first.`,
        path,
        'Shorten it, or give the plan more time.',
      );
  }
}

/** Numbers are seconds. Thousands of them, longer than a day and not in days, are milliseconds that somebody thought of. */
function noteMilliseconds(label: string, value: unknown, path: Finding['path'], findings: FindingSink): void {
  if (typeof value !== 'number' || value <= secondsOfADay || value % 1_000 !== 0 || value % secondsOfADay === 0) return;
  warn(
    findings,
    'ORCH_PLAN_MILLISECONDS',
    `${label} is ${value} seconds, ${(value / secondsOfADay).toFixed(1)} days: are milliseconds meant?`,
    path,
    `Numbers are seconds. Write ${value / 1_000}, or a unit: "${value}ms", "${value}s".`,
  );
}

function noteInterval(interval: number, phases: number, findings: FindingSink): void {
  const only = phases === 1 ? 'is one phase' : `are ${phases} phases`;
  warn(
    findings,
    'ORCH_PLAN_CHECKPOINT_INTERVAL',
    `checkpoint_interval counts phases that complete, and there ${only}: nothing is forced to disk before ${interval} have.`,
    ['checkpoint_interval'],
    'Leave it out: each phase is safe once it is completed. It is no time.',
  );
}

function warn(
  findings: FindingSink,
  code: Finding['code'],
  message: string,
  path: Finding['path'],
  hint: string,
): void {
  findings.push({ code, severity: 'warning', message, path, hint });
}
