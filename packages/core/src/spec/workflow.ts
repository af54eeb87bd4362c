import type { Duration } from '../duration.ts';
import { orchError } from '../errors/orch-error.ts';
import type { Log } from '../executor/executor.ts';
import type { Json, Stored } from '../json.ts';
import { lazyFields } from '../lazy-fields.ts';
import type { Schema } from '../schema.ts';
import { isSchema } from './is-schema.ts';
import { lowerPhase } from './lower-phase.ts';
import { phaseList, type PhaseList } from './phase-list.ts';
import { optionKinds, refuseOptions } from './refuse-options.ts';
import type { KnownOptions } from './refuse-options.ts';
import { workflowIdPattern, type OutputSource, type WorkflowSpec } from './workflow-spec.ts';

/** What a phase does, as data for an executor. `command()` makes one. */
export interface Work<O = unknown> {
  /** The kind of executor that carries it out. */
  readonly kind: string;
  /** Values of the keys that the kind's plugin owns. */
  readonly options: { readonly [key: string]: Json };
  /** The structured output that it declares; absent: none. */
  readonly output?: { readonly from: OutputSource; readonly schema?: Schema<unknown, O> };
  /** Whether an attempt failed though its process ended; absent: an exit code other than 0 is a failure. */
  failWhen?(ended: Ended<O>): boolean;
  readonly '~output'?: O;
}

/** How a process ended that was not killed. */
export interface Ended<O = unknown> {
  readonly exitCode: number;
  /** Its declared output. */
  readonly output: O;
}

/** The value of a key that a plugin owns. `retry()` makes one. */
export interface PhaseOption {
  readonly option: string;
  readonly value: Json;
}

/** What the function of a phase is given. */
export interface PhaseContext<I, O> {
  readonly inputs: I;
  /** Outputs of the phases in `dependsOn`, as the journal gives them back; without a prototype. */
  readonly outputs: O;
  /** Aborted when the attempt has to end: its timeout, a cancel, a stop. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly runId: string;
  readonly phase: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** The same for every attempt of this phase in this run: hand it to services that can tell repeats by it. */
  readonly idempotencyKey: string;
}

/** What the functions that choose (`if`, the list of `each`) are given. */
export interface Scope<I, O> {
  readonly inputs: I;
  readonly outputs: O;
}

type Outputs<P, N extends keyof P> = { readonly [K in N]: P[K] };
type OptionalOutputs<P, N extends keyof P> = { readonly [K in N]: P[K] | undefined };

/** The name of a phase that is not there yet; a taken one turns into a type that says so. Of any workflow none is known. */
export type NewName<Name, P> = string extends keyof P
  ? Name
  : Name extends keyof P
    ? `There is a phase "${Name & string}" already.`
    : Name;

/** What every form of a phase has. `N`: names of its dependencies, `C`: context of its function, `O`: its output. */
export interface PhaseDefinition<N extends string, C, O> {
  /** A function, or data for another executor. */
  readonly run: ((context: C) => O | Promise<O>) | Work<O>;
  /** Phases that must be completed first; default: none. */
  readonly dependsOn?: readonly N[];
  /** Of one attempt; default: none. */
  readonly timeout?: Duration;
  /** `false`: no recovery point before the phase. Default: true. */
  readonly checkpoint?: boolean;
  /** Values of keys that plugins own. */
  readonly options?: readonly PhaseOption[];
  /** Raise it when the meaning of the function changed: an unfinished run of the old one is then refused. */
  readonly version?: number;
}

interface Unconditional {
  readonly if?: never;
  readonly after?: never;
  readonly continueOnFailure?: never;
}

interface Conditional<I, O> {
  readonly if?: (scope: Scope<I, O>) => boolean;
  readonly after?: never;
  readonly continueOnFailure?: boolean;
}

interface Handler {
  readonly after: 'failed' | 'always';
}

interface Item<T> {
  readonly item: Stored<T>;
  readonly index: number;
}

/**
 * A workflow written in TypeScript. Immutable: each call answers with a new one. A plain object, not a class: what two
 * copies of core make is interchangeable. `I`: its inputs, `P`: its outputs by phase, `In`: the inputs as they are given.
 *
 * Wrong use throws `ORCH_WORKFLOW_INVALID`; `each`, which this release does not carry out yet, throws
 * `ORCH_WORKFLOW_NOT_SUPPORTED`.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- `Workflow` alone means any workflow; `unknown` would not match, the parameters stand in both directions
export interface Workflow<I = any, P extends object = any, In = any> {
  readonly id: string;
  readonly contract: 1;
  /** The same as data and functions, for the engine. */
  readonly definition: WorkflowDefinition;
  readonly '~types'?: { readonly inputs: I; readonly outputs: P; readonly given: In };

  phase<const Name extends string, O, const N extends keyof P & string = never>(
    name: NewName<Name, P>,
    phase: PhaseDefinition<N, PhaseContext<I, Outputs<P, N>>, O> & Unconditional,
  ): Workflow<I, P & Record<Name, Stored<O>>, In>;

  /** May end without an output: its dependents run all the same and read `T | undefined`. */
  phase<const Name extends string, O, const N extends keyof P & string = never>(
    name: NewName<Name, P>,
    phase: PhaseDefinition<N, PhaseContext<I, Outputs<P, N>>, O> & Conditional<I, Outputs<P, N>>,
  ): Workflow<I, P & Record<Name, Stored<O> | undefined>, In>;

  /** A handler or clean-up: every output that it reads may be missing. */
  phase<const Name extends string, O, const N extends keyof P & string = never>(
    name: NewName<Name, P>,
    phase: PhaseDefinition<N, PhaseContext<I, OptionalOutputs<P, N>>, O> & Handler,
  ): Workflow<I, P & Record<Name, Stored<O> | undefined>, In>;

  /** One instance for each item of a list. */
  each<const Name extends string, T, O, const N extends keyof P & string = never>(
    name: NewName<Name, P>,
    over: (scope: Scope<I, Outputs<P, N>>) => readonly T[],
    phase: PhaseDefinition<N, PhaseContext<I, Outputs<P, N>> & Item<T>, O> & { readonly maxParallel?: number },
  ): Workflow<I, P & Record<Name, readonly Stored<O>[]>, In>;
}

/** The function of a phase, as the engine calls it. */
// oxlint-disable-next-line typescript/no-explicit-any -- the builder has checked it against the outputs that it reads
export type PhaseFunction = (context: PhaseContext<any, any>) => unknown;

/** What the engine reads of a workflow. */
export interface WorkflowDefinition {
  readonly spec: WorkflowSpec;
  /** By phase name, of the phases of kind `function`. */
  readonly functions: ReadonlyMap<string, PhaseFunction>;
  /** By phase name, what of its rules is code. */
  readonly rules: ReadonlyMap<string, PhaseRules>;
  readonly inputs?: Schema;
}

/** The rules of a phase that are code: its data says `true` in their place. */
export interface PhaseRules {
  // oxlint-disable-next-line typescript/no-explicit-any -- the builder has checked it against the outputs that it reads
  readonly if?: (scope: Scope<any, any>) => boolean;
  readonly output?: Schema;
  // oxlint-disable-next-line typescript/no-explicit-any -- checked against the output that the work declares
  readonly failWhen?: (ended: Ended<any>) => boolean;
}

export interface WorkflowOptions<In, I> {
  /** Any Standard Schema (zod, valibot, arktype …). Checked once, when a run starts; the checked value is stored. */
  readonly inputs?: Schema<In, I>;
  /** Names of inputs that are not stored: whoever takes the run up hands them in again. */
  readonly secrets?: readonly (keyof I & string)[];
}

const workflowOptions: KnownOptions<WorkflowOptions<unknown, unknown>> = {
  inputs: optionKinds.anything,
  secrets: optionKinds.list,
};

type Nothing = Record<never, never>;

/**
 * Begins a workflow.
 *
 * @example
 * const hello = workflow('hello')
 *   .phase('fetch', { run: async () => (await fetch('https://example.com')).status })
 *   .phase('report', { dependsOn: ['fetch'], run: ({ outputs, log }) => log.info(`status ${outputs.fetch}`) });
 */
export function workflow<In = Nothing, I = In>(
  id: string,
  options: WorkflowOptions<In, I> = {},
): Workflow<I, Nothing, In> {
  if (typeof id !== 'string' || !workflowIdPattern.test(id))
    throw orchError({
      code: 'ORCH_WORKFLOW_INVALID',
      message: `${typeof id === 'string' ? JSON.stringify(id) : String(id)} is no workflow id.`,
      hint: 'An id has 1 to 64 characters out of A-Z a-z 0-9 . _ - and begins with a letter or digit.',
    });
  refuseOptions(`Workflow "${id}"`, options, workflowOptions, 'ORCH_WORKFLOW_INVALID');
  const { inputs, secrets = [] } = options;
  if (secrets.length > 0 && inputs === undefined)
    throw orchError({
      code: 'ORCH_WORKFLOW_INVALID',
      message: `Workflow "${id}": secrets names inputs, but the workflow has none.`,
      hint: 'Hand in a schema as inputs.',
    });
  if (inputs !== undefined && !isSchema(inputs))
    throw orchError({
      code: 'ORCH_WORKFLOW_INVALID',
      message: `Workflow "${id}": inputs is no Standard Schema.`,
      hint: 'Hand in a schema of zod, valibot, arktype or another library that implements Standard Schema v1.',
    });
  const list = phaseList();
  const head = { id, ...(secrets.length === 0 ? {} : { secrets: [...new Set(secrets)] }) };
  return build({ head, inputs: inputs as Schema | undefined }, list) as Workflow<I, Nothing, In>;
}

/** A workflow made of a definition that has been checked: what the parser of plans answers with. */
export function workflowOf(definition: WorkflowDefinition): Workflow {
  const { phases, ...head } = definition.spec;
  return build({ head, inputs: definition.inputs }, phaseList(phases, definition), definition);
}

interface Base {
  readonly head: Omit<WorkflowSpec, 'phases'>;
  readonly inputs: Schema | undefined;
}

interface Source {
  readonly base: Base;
  readonly list: PhaseList;
  /** Made when it is first asked for: a chain of calls makes a workflow each, and needs that of the last one only. */
  definition: WorkflowDefinition | undefined;
}

const withDefinition = lazyFields<Source, Pick<Workflow, 'definition'>>({
  definition: (source) => (source.definition ??= define(source.base, source.list)),
});

function build(base: Base, list: PhaseList, definition?: WorkflowDefinition): Workflow {
  const { id } = base.head;
  const where = `Workflow "${id}"`;
  const made: Pick<Workflow, 'id' | 'contract'> & { phase: unknown; each: unknown } = {
    id,
    contract: 1,
    phase: (name: unknown, phase: unknown): Workflow => build(base, list.add(lowerPhase(where, name, phase, list))),
    each: (name: unknown): never => {
      throw notSupported(`${where}, phase ${JSON.stringify(name)}`, 'each');
    },
  };
  return Object.freeze(withDefinition(made, { base, list, definition })) as Workflow;
}

function define({ head, inputs }: Base, list: PhaseList): WorkflowDefinition {
  const { phases, ...code } = list.read();
  return { spec: { ...head, phases }, ...code, ...(inputs === undefined ? {} : { inputs }) };
}

/** A definition that is data only. */
export function definitionOfData(spec: WorkflowSpec, inputs?: Schema): WorkflowDefinition {
  return { spec, functions: new Map(), rules: new Map(), ...(inputs === undefined ? {} : { inputs }) };
}

function notSupported(where: string, option: string): Error {
  return orchError({
    code: 'ORCH_WORKFLOW_NOT_SUPPORTED',
    message: `${where}: ${option} is not supported yet.`,
    hint: `Leave ${option} out: this release would not carry it out.`,
  });
}
