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
}

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
