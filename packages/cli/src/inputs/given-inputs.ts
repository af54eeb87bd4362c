import { orchError, schemaOfInputs } from '@orch/core/author';
import type { InputSpec, WorkflowSpec } from '@orch/core/author';
import { harmless } from '../view/text.ts';
import { readInputsFile } from './inputs-file.ts';

/** Where a command line may have inputs from. */
export interface InputSources {
  /** `--input NAME=VALUE`, in the order in which they stand: of one name the last counts. */
  readonly input?: readonly string[];
  /** `--inputs FILE`; `-` is stdin. */
  readonly inputs?: string;
}

type Specs = NonNullable<WorkflowSpec['inputs']>;

/** Values by name. */
export type Values = Readonly<Record<string, unknown>>;

export interface Given {
  readonly value: unknown;
  /** Who says so. */
  readonly from: string;
}

/**
 * The inputs of a new run: `--input`, else `--inputs`, else `ORCH_INPUT_<NAME>`; defaults are left to the workflow.
 * `undefined`: none is given. Rejects with `ORCH_INPUT_INVALID`, which names everything that is wrong, and no secret.
 */
export async function givenInputs(
  workflow: WorkflowSpec,
  sources: InputSources,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Values | undefined> {
  const { inputs: specs = {} } = workflow;
  const { given, problems, isFileRead, refused } = await collectInputs(specs, sources, environment);
  for (const { name, message } of await misfits(specs, given)) {
    const from = given.get(name)?.from;
    // What could not be read may have it; and one mistake is told once.
    if (from === undefined && (!isFileRead || refused.has(name))) continue;
    const hint = from === undefined && specOf(specs, name)?.secret === true ? `: ${howToHandIn(name)}` : '';
    problems.push(`${harmless(name)}${from === undefined ? '' : ` (${from})`}: ${message}${hint}`);
  }
  if (problems.length > 0) throw invalidInputs(`Inputs of workflow ${workflow.id}`, problems);
  return given.size === 0 ? undefined : valuesOf(given);
}

interface Collected {
  readonly given: Map<string, Given>;
  readonly problems: string[];
  readonly isFileRead: boolean;
  /** Names of secret ones that stood on the command line. */
  readonly refused: ReadonlySet<string>;
}

/** What the command line, a file and the environment give, by name; not yet checked. */
export async function collectInputs(
  specs: Specs,
  sources: InputSources,
  environment: NodeJS.ProcessEnv,
): Promise<Collected> {
  const given = fromVariables(Object.keys(specs), specs, environment);
  const problems: string[] = [];
  const isFileRead = await addFile(given, sources.inputs, problems);
  const refused = addArguments(given, specs, sources.input ?? [], problems);
  return { given, problems, isFileRead, refused };
}

/**
 * Secret inputs for a run that is taken up: `--inputs`, of which only these are taken, else `ORCH_INPUT_<NAME>`. What is
 * missing is left out. Rejects with `ORCH_INPUT_INVALID`.
 */
export async function givenSecrets(
  { names, specs = {} }: { readonly names: readonly string[]; readonly specs?: Specs | undefined },
  { inputs: path }: Pick<InputSources, 'inputs'>,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Values> {
  const given = fromVariables(names, specs, environment);
  const problems: string[] = [];
  await addFile(given, path, problems);
  for (const name of given.keys()) if (!names.includes(name)) given.delete(name);
  const declared = Object.fromEntries(
    names.flatMap((name) => {
      const spec = specOf(specs, name);
      return spec !== undefined && given.has(name) ? [[name, { ...spec, secret: true }] as const] : [];
    }),
  );
  const checked = new Map([...given].filter(([name]) => Object.hasOwn(declared, name)));
  for (const { name, message } of await misfits(declared, checked))
    problems.push(`${harmless(name)} (${given.get(name)?.from}): ${message}`);
  if (problems.length > 0) throw invalidInputs('Secret inputs', problems);
  return valuesOf(given);
}

/** A variable that is set counts, an empty one too. Those of no input are not ours: a run may be part of another one. */
function fromVariables(names: readonly string[], specs: Specs, environment: NodeJS.ProcessEnv): Map<string, Given> {
  const given = new Map<string, Given>();
  for (const name of names) {
    const text = environment[variableOf(name)];
    if (text !== undefined) given.set(name, { value: valueOf(specOf(specs, name), text), from: variableOf(name) });
  }
  return given;
}

/** `false`: there is a file, and it could not be read. */
async function addFile(given: Map<string, Given>, path: string | undefined, problems: string[]): Promise<boolean> {
  if (path === undefined) return true;
  const file = await readInputsFile(path);
  if ('problem' in file) problems.push(file.problem);
  else for (const [name, value] of Object.entries(file.values)) given.set(name, { value, from: '--inputs' });
  return 'values' in file;
}

/** Answers with the names of secret ones, which are refused. */
function addArguments(
  given: Map<string, Given>,
  specs: Specs,
  words: readonly string[],
  problems: string[],
): ReadonlySet<string> {
  const refused = new Set<string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const name = word.slice(0, at);
    const spec = specOf(specs, name);
    if (at < 1) problems.push('--input: it must be NAME=VALUE');
    else if (spec?.secret === true) refused.add(name);
    else given.set(name, { value: valueOf(spec, word.slice(at + 1)), from: '--input' });
  }
  for (const name of refused)
    problems.push(
      `${name} (--input): it is secret, and arguments stand in the list of processes: ${howToHandIn(name)}`,
    );
  return refused;
}

/** Text as a value of the declared type; text that is none stays text, and does not fit then. */
function valueOf(spec: InputSpec | undefined, text: string): unknown {
  if (spec === undefined || spec.type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface Misfit {
  readonly name: string;
  readonly message: string;
}

async function misfits(specs: Specs, given: ReadonlyMap<string, Given>): Promise<readonly Misfit[]> {
  const checked = await schemaOfInputs(specs)?.['~standard'].validate(valuesOf(given));
  return (checked?.issues ?? []).map(({ message, path: [name = ''] = [] }) => ({
    name: String(typeof name === 'object' ? name.key : name),
    message,
  }));
}

export function valuesOf(given: ReadonlyMap<string, Given>): Values {
  return Object.fromEntries([...given].map(([name, { value }]) => [name, value]));
}

function specOf(specs: Specs, name: string): InputSpec | undefined {
  return Object.hasOwn(specs, name) ? specs[name] : undefined;
}

function variableOf(name: string): string {
  return `ORCH_INPUT_${name.toUpperCase()}`;
}

function howToHandIn(name: string): string {
  return `set ${variableOf(name)}, or use --inputs FILE`;
}

/** Everything that is wrong, a line each. */
export function invalidInputs(what: string, problems: readonly string[]): Error {
  return orchError({
    code: 'ORCH_INPUT_INVALID',
    message: `${what}:${problems.map((problem) => `\n  ${problem}`).join('')}`,
    hint: 'Nothing was started.',
  });
}
