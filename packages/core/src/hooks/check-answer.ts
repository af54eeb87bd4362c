import type { HookName } from './hook-calls.ts';

/** Forms of an answer by the key that makes it one; a value outside its form could be read as another decision. */
const forms: Readonly<Partial<Record<HookName, string>>> = {
  beforePhase: '{ skip: "reason" }',
  onError: '{ retryAt: milliseconds, charge?, first? }, { skip: "reason" } or { fail: true }',
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
  return hasOnly(answer, ['fail']) && answer['fail'] === true;
}

function isRetry(answer: unknown): boolean {
  if (!hasOnly(answer, ['retryAt', 'charge', 'first'])) return false;
  const { retryAt, charge } = answer;
  return (
    typeof retryAt === 'number' && Number.isFinite(retryAt) && (charge === undefined || typeof charge === 'boolean')
  );
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
