export { memoryBackend } from './backend/memory-backend.ts';
export type { StateFinding, UnreadableRun } from './backend/state-finding.ts';
export type { Duration } from './duration.ts';
export { Orchestrator } from './engine/orchestrator.ts';
export type {
  CancelOptions,
  DeleteOptions,
  ExecuteOptions,
  ListOptions,
  OrchestratorApi,
  OrchestratorOptions,
  RecoverOptions,
  RunHandle,
  RunResult,
} from './engine/options.ts';
export { checkPlanExpressions, parseWorkflow, planSchema } from './engine/parse-workflow.ts';
export type { ErrorCode } from './errors/codes.ts';
export { isOrchError } from './errors/orch-error.ts';
export type { OrchError } from './errors/orch-error.ts';
export type { Log } from './executor/executor.ts';
export type { PhaseError } from './hooks/lifecycle-hooks.ts';
export type { Json, Stored } from './json.ts';
export type { PhaseStatus, RunEvent, RunStatus, RunSummary, Selection } from './run/event.ts';
export type { AttemptReport, PhaseReport, RunReport, RunReporter } from './run/report.ts';
export { runReporter } from './run/reporter.ts';
export type { Schema } from './schema.ts';
export { foundingChecks } from './spec/founding-checks.ts';
export type { ParsedPlan } from './spec/parse-plan.ts';
export type { Language } from './spec/language.ts';
export { workflow } from './spec/workflow.ts';
export type { Ended, PhaseContext, PhaseDefinition, PhaseOption, Scope, Work, Workflow } from './spec/workflow.ts';
export type { Finding, OutputSource } from './spec/workflow-spec.ts';
export { orchVersion } from './version.ts';
