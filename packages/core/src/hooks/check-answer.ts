import { failureClasses } from '../run/event.ts';
import type { FailureClass } from '../run/event.ts';
import { copyJson } from '../spec/copy-json.ts';
import type { HookName } from './hook-calls.ts';

/** Forms of an answer by the key that makes it one; a value outside its form could be read as another decision. */
const forms: Readonly<Partial<Record<HookName, string>>> = {
  beforePhase: '{ skip: "reason" }',
  onError: '{ retryAt or until: milliseconds, charge?, class?, repair? }, { skip: "reason" } or { fail: true, note? }',
};

/** What is wrong with the answer of a tap, as an error to be the cause; `undefined`: nothing. */
export function checkAnswer(hook: HookName, answer: unknown): TypeError | undefined {
  const form = forms[hook];
  if (form === undefined || answer === undefined) return undefined;
  if (isSkip(answer) || (hook === 'onError' && (isRetry(answer) || isFail(answer)))) return undefined;
  return new TypeError(`its answer ${show(answer)} is none that it may give: nothing, or ${form}.`);
}

function isSkip(answer: unknown): boolean {
  return hasOnly(answer, ['skip']) && typeof answer['skip'] === 'string';
}

function isFail(answer: unknown): boolean {
  if (!hasOnly(answer, ['fail', 'note'])) return false;
  return answer['fail'] === true && isTextOrNothing(answer['note']);
}

function isRetry(answer: unknown): boolean {
  if (!hasOnly(answer, ['retryAt', 'until', 'charge', 'class', 'repair'])) return false;
  const { retryAt, until, charge, class: kind, repair } = answer;
  return (
    (retryAt === undefined) !== (until === undefined) &&
    Number.isFinite(retryAt ?? until) &&
    (charge === undefined || typeof charge === 'boolean') &&
    (kind === undefined || failureClasses.includes(kind as FailureClass)) &&
    (repair === undefined || isRepair(repair))
  );
}

function isRepair(repair: unknown): boolean {
  if (!hasOnly(repair, ['kind', 'options', 'timeoutMs', 'unchangedExitCode'])) return false;
  const { kind, options, timeoutMs, unchangedExitCode } = repair;
  return (
    typeof kind === 'string' &&
    'value' in copyJson(options) &&
    hasOnly(options, Object.keys(options as object)) &&
    (timeoutMs === undefined || (Number.isSafeInteger(timeoutMs) && (timeoutMs as number) >= 1)) &&
    (unchangedExitCode === undefined || Number.isSafeInteger(unchangedExitCode))
  );
}

function isTextOrNothing(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

/** An unknown key is a decision that would not be carried out. */
function hasOnly(answer: unknown, keys: readonly string[]): answer is Readonly<Record<string, unknown>> {
  if (typeof answer !== 'object' || answer === null) return false;
  return Object.entries(answer).every(([key, value]) => keys.includes(key) || value === undefined);
}

function show(answer: unknown): string {
  if (typeof answer === 'number' || typeof answer === 'bigint') return String(answer);
  if (typeof answer === 'object' && answer !== null)
    return `{ ${Object.entries(answer)
      .map(([key, value]) => `${key}: ${typeof value === 'object' && value !== null ? '…' : String(value)}`)
      .join(', ')} }`;
  return typeof answer === 'string' ? JSON.stringify(answer) : String(answer);
}
