import type { OrchProgram } from './orch-process.ts';
import type { StepLog } from './step-log.ts';
import type { TrialBackend } from './trial-backend.ts';

/** A plan with stand-ins that say what they do. */
export interface TrialWorkload {
  readonly name: string;
  /** Makes a folder with `plan.json` as if nothing had ever run there. */
  prepare(): string;
  readSteps(folder: string): StepLog;
  /** Whether what the run made is right, and whether nothing was started more often than needed. */
  check(folder: string): { readonly right: boolean; readonly clean: boolean; readonly faults: readonly string[] };
}

/** What is tried: this orch, with this plan, its journals there. */
export interface Tried {
  readonly program: OrchProgram;
  readonly workload: TrialWorkload;
  readonly backend: TrialBackend;
}
