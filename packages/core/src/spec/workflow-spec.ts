import type { Json } from '../json.ts';

/**
 * The flat data of a phase, the same whether it was written in a plan file or in TypeScript. It stands in the journal
 * (`run.created`), so a field is only ever added, never renamed.
 */
export interface PhaseSpec {
  /** 1 to 200 characters, no control characters, unique in the workflow. Any text: never a file name or object key as it is. */
  readonly name: string;
  /** The kind of executor that carries it out: `function`, `command`, or another plugin's. */
  readonly kind: string;
  /** Names of the phases that must be completed first; absent: none. */
  readonly dependsOn?: readonly string[];
  /** Of one attempt; absent: the workflow's default, or none. */
  readonly timeoutMs?: number;
  /** `false`: no recovery point before the phase. */
  readonly checkpoint?: false;
  /** Values of the keys that plugins own (`command`, `env`, `retry_count` …). */
  readonly options?: { readonly [key: string]: Json };
  /** Says that the meaning of a function changed; compared like all other data. */
  readonly version?: number;
  /** State that its dependencies must have ended in; absent: completed. `failed`: a handler, `always`: a clean-up. */
  readonly after?: 'failed' | 'always';
  /** The phase runs only where this holds: an expression, or `true` for a function of the definition. */
  readonly if?: string | true;
  /** Its failure is recorded, but does not stop its dependents and does not fail the run. */
  readonly continueOnFailure?: true;
  /** The structured output that it must have; absent: what a function returns, and none of a command. */
  readonly output?: OutputSpec;
  /** Whether an attempt failed though it ended: an expression, or `true` for a function of the definition. */
  readonly failWhen?: string | true;
}

/** Where the structured output of a process stands: in the file that `$ORCH_OUTPUT` names, in stdout, or in its last line. */
export type OutputSource = 'file' | 'stdout' | 'stdout-last-line';

export interface OutputSpec {
  readonly from: OutputSource;
  /** What it must look like: a JSON Schema, or `true` for a schema of the definition; absent: any JSON. */
  readonly schema?: Json;
}

/** A parameter of a plan. */
export interface InputSpec {
  readonly type: InputType;
  readonly default?: Json;
  /** `false`: may be left out. Absent: required, unless it has a default. */
  readonly required?: boolean;
  readonly enum?: readonly Json[];
  /** Not stored; given again at each take-up. */
  readonly secret?: boolean;
  readonly description?: string;
}

export type InputType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';

/** A workflow as data. */
export interface WorkflowSpec {
  /** `[A-Za-z0-9][A-Za-z0-9._-]{0,63}` */
  readonly id: string;
  readonly description?: string;
  readonly phases: readonly PhaseSpec[];
  /** What a phase has that does not say otherwise. */
  readonly defaults?: { readonly timeoutMs?: number; readonly options?: { readonly [key: string]: Json } };
  /** Phases at once; absent: the number of CPUs. */
  readonly concurrency?: number;
  /** Completions per forced flush; absent: 1. */
  readonly checkpointInterval?: number;
  /** Of the whole run, in wall time since it was created; absent: none. */
  readonly timeoutMs?: number;
  /** The parameters of a plan. A workflow written in TypeScript has a schema in its definition instead. */
  readonly inputs?: { readonly [name: string]: InputSpec };
  /** Names of inputs that are not stored. */
  readonly secrets?: readonly string[];
}

/** What a workflow id may look like. */
export const workflowIdPattern: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Something that validation found. */
export interface Finding {
  /** A code of the error catalogue, `ORCH_PLAN_…`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Where in the plan: keys and list positions from its root, as in `['phases', 3, 'depends_on', 0]`. */
  readonly path: readonly (string | number)[];
  readonly hint?: string;
  /** Other places that belong to it: the first phase of the same name, the other steps of a cycle. */
  readonly related?: readonly { readonly message: string; readonly path: readonly (string | number)[] }[];
}

/** The options of a phase, the workflow's defaults included. */
export function optionsOf(spec: WorkflowSpec, phase: PhaseSpec): { readonly [key: string]: Json } {
  return { ...spec.defaults?.options, ...phase.options };
}

/** The timeout of one attempt in milliseconds; `undefined`: none. */
export function timeoutOf(spec: WorkflowSpec, phase: PhaseSpec): number | undefined {
  return phase.timeoutMs ?? spec.defaults?.timeoutMs;
}
