import type { Clock } from '../clock.ts';
import { messageOf, orchError } from '../errors/orch-error.ts';
import type { Json } from '../json.ts';
import type { RunState } from '../run/state.ts';
import { checkedBy } from './schema-answer.ts';
import type { Schema, SchemaIssue } from '../schema.ts';
import { issuePath } from '../spec/phase-keys.ts';
import { quote } from '../spec/quote.ts';
import type { WorkflowDefinition } from '../spec/workflow.ts';
import { storedForm } from '../stored-form.ts';
import type { RunInputs } from './scope.ts';

/** Shorter values stand in too many words that mean something else. */
const shortest = 4;
/** Of a secret of several lines, as a key file is: shorter lines stand in too much else. */
const shortestLine = 8;

/** Keeps the values of secret inputs out of what is stored and shown. */
export interface SecretGuard {
  /** The text with `***` in place of each secret, also where it stands escaped, as in a quoted text, or was cut off by `…`. */
  readonly hide: (text: string) => string;
  /** The name of a secret that the value holds, if it holds one. */
  readonly find: (value: Json) => string | undefined;
  /** Calls. What that throws has no secret in its message. */
  readonly calling: <T>(call: () => T) => T;
}

const nothingToHide: SecretGuard = { hide: (text) => text, find: () => undefined, calling: (call) => call() };

/** Over the secrets of these names; without the value of one that the run has, nothing can be told to be free of it. */
export function secretGuard(inputs: RunInputs, names: readonly string[], needed: readonly string[] = []): SecretGuard {
  const unknown = needed.find((name) => !isGiven(inputs, name));
  if (unknown !== undefined) return { hide: () => '***', find: () => unknown, calling: hiddenCall(() => '***') };
  const known = names
    .flatMap((name) =>
      [...new Set(textsIn(inputs[name]).flatMap(withLines).flatMap(writtenForms))].map((text) => ({ name, text })),
    )
    // The longest first: one may hold another.
    .toSorted((a, b) => b.text.length - a.text.length);
  if (known.length === 0) return nothingToHide;
  const hide = (text: string): string =>
    withoutBegun(
      known.reduce((hidden, secret) => hidden.replaceAll(secret.text, '***'), text),
      known.map((secret) => secret.text),
    );
  return {
    hide,
    find(value) {
      const texts = textsIn(value, true);
      return known.find((secret) => texts.some((text) => text.includes(secret.text)))?.name;
    },
    calling: hiddenCall(hide),
  };
}

function hiddenCall(hide: SecretGuard['hide']): SecretGuard['calling'] {
  return (call) => {
    try {
      return call();
    } catch (error) {
      throw new Error(hide(messageOf(error)));
    }
  };
}

function withLines(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  const own = text.length < shortest ? [] : [text];
  return lines.length === 1 ? own : [...own, ...lines.filter((line) => line.length >= shortestLine)];
}

/** As it is, and as messages quote it. */
function writtenForms(text: string): readonly string[] {
  return [text, JSON.stringify(text).slice(1, -1), quote(text, text.length).slice(1, -1)];
}

/** What was cut off, which `…` tells, may have been cut within a secret. */
function withoutBegun(text: string, forms: readonly string[]): string {
  const parts = text.split('…');
  const last = parts.length - 1;
  return parts.map((part, at) => (at === last ? part : withoutBegunEnd(part, forms))).join('…');
}

function withoutBegunEnd(text: string, forms: readonly string[]): string {
  const kept = text.trimEnd();
  for (const form of forms)
    for (let length = Math.min(form.length - 1, kept.length); length >= shortest; length--)
      if (kept.endsWith(form.slice(0, length))) return `${kept.slice(0, -length)}***${text.slice(kept.length)}`;
  return text;
}

/** The texts in a value, numbers as they are written; `keys`: those of objects too. */
function textsIn(value: Json | undefined, keys = false): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => textsIn(item, keys));
  return Object.entries(value).flatMap(([key, item]) => [...(keys ? [key] : []), ...textsIn(item as Json, keys)]);
}

/**
 * The inputs of a run that is taken up: those of its journal and the secret ones, which are handed in again. Throws
 * `ORCH_INPUT_SECRET_MISSING` and `ORCH_INPUT_INVALID`.
 */
export async function inputsOf(
  state: RunState,
  given: { readonly [name: string]: unknown } | undefined,
  schema: Schema | undefined,
  clock: Clock,
): Promise<RunInputs> {
  const { inputs, secrets = [] } = state.created;
  if (secrets.length === 0) return inputs;
  const missing = secrets.filter((name) => !isGiven(given, name));
  if (missing.length > 0) throw secretsMissing(state.runId, missing);
  const handed = Object.fromEntries(secrets.map((name) => [name, given![name]]));
  const { values, issues } = await checkAgain({ ...inputs, ...handed }, secrets, schema, clock);
  if (issues.length > 0) throw secretsInvalid(state, issues);
  return { ...inputs, ...values };
}

/**
 * Refuses to begin where nobody could take the run up: secrets are handed in again and checked beside the inputs that
 * are stored, which a schema that changes them must take in the form that it gave them. Throws `ORCH_INPUT_INVALID`.
 */
export async function refuseUnrecoverable(
  { inputs, secrets }: { readonly inputs: RunInputs; readonly secrets: readonly string[] },
  given: unknown,
  { spec, inputs: schema }: Pick<WorkflowDefinition, 'spec' | 'inputs'>,
  clock: Clock,
): Promise<void> {
  if (secrets.length === 0) return;
  const brought = given as RunInputs | undefined;
  const own = secrets.filter((name) => !isGiven(brought, name));
  if (own.length > 0)
    throw orchError({
      code: 'ORCH_INPUT_INVALID',
      message: `Inputs of workflow ${spec.id}: their schema makes secrets up that nobody could hand in again: ${own.join(', ')}.`,
      hint: 'Hand them in, and let the schema have no default for a secret. Nothing was started.',
    });
  const handed = Object.fromEntries(secrets.map((name) => [name, brought![name]]));
  const { issues } = await checkAgain({ ...inputs, ...handed }, secrets, schema, clock);
  if (issues.length === 0) return;
  throw orchError({
    code: 'ORCH_INPUT_INVALID',
    message: `Inputs of workflow ${spec.id}: their schema does not take what it answers itself (${keysOf(issues)}), so that no run with secrets could be taken up again.`,
    hint: 'Let it take an input also in the form into which it turns it. Nothing was started.',
  });
}

/** Whether an input was brought by its own name: `constructor` is one too. */
export function isGiven(given: Readonly<Record<string, unknown>> | undefined, name: string): boolean {
  return given !== undefined && Object.hasOwn(given, name) && given[name] !== undefined;
}

/** What is stored was checked, and perhaps changed, when the run began: only the secrets are taken from the second check. */
async function checkAgain(
  all: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
  schema: Schema | undefined,
  clock: Clock,
): Promise<{ readonly values: RunInputs; readonly issues: readonly SchemaIssue[] }> {
  const checked = schema === undefined ? { value: all } : await checkedBy(schema, all, clock);
  if (checked.issues !== undefined) return { values: {}, issues: checked.issues };
  if (typeof checked.value !== 'object' || checked.value === null)
    return { values: {}, issues: [{ message: 'they must be an object' }] };
  const answer = checked.value as RunInputs;
  const stored = storedForm(Object.fromEntries(secrets.map((name) => [name, answer[name]])));
  return 'problem' in stored
    ? { values: {}, issues: [{ message: stored.problem }] }
    : { values: stored.value as RunInputs, issues: [] };
}

function keysOf(issues: readonly SchemaIssue[]): string {
  return [...new Set(issues.map(firstKey))].join(', ');
}

function firstKey(issue: SchemaIssue): string {
  return String(issuePath(issue)[0] ?? 'all of them');
}

export function secretsMissing(runId: string, names: readonly string[]): Error {
  return orchError({
    code: 'ORCH_INPUT_SECRET_MISSING',
    message: `Run ${runId} needs its secret inputs again, which no journal holds: ${names.join(', ')}.`,
    hint: `Set ${names.map((name) => `ORCH_INPUT_${name.toUpperCase()}`).join(', ')}, or name a file by --inputs; in a script, hand them in as secrets. Nothing was started.`,
  });
}

/** Messages of issues may quote the value: only what is wrong where is said. */
function secretsInvalid(state: RunState, issues: readonly SchemaIssue[]): Error {
  return orchError({
    code: 'ORCH_INPUT_INVALID',
    message: `Run ${state.runId}: inputs do not fit: ${keysOf(issues)}.`,
    hint: 'Nothing was started.',
  });
}
