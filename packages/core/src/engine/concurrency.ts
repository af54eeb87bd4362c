import { availableParallelism } from 'node:os';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';

/** Phases at once: what was asked for, else what the workflow says, else the number of CPUs. */
export function concurrencyOf(asked: number | undefined, spec: WorkflowSpec): number {
  return asked ?? spec.concurrency ?? availableParallelism();
}
