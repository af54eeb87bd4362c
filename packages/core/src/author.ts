export type {
  Acquired,
  Appended,
  Backend,
  Commit,
  Created,
  Holder,
  Message,
  RunFilter,
  Taking,
} from './backend/backend.ts';
export { notHeld, notOpen, unknownRun } from './backend/backend-errors.ts';
export { compactEvents, expandEvents } from './backend/compact-events.ts';
export type { CompactEvent, CompactEvents, EventsPlace } from './backend/compact-events.ts';
export type { RunPage, StateFinding, UnreadableRun } from './backend/state-finding.ts';
export type { Clock } from './clock.ts';
export { systemClock } from './clock.ts';
export { durationMs, planDurationMs, planDurationSchema } from './duration.ts';
export type { Duration } from './duration.ts';
export type { Host } from './engine/host.ts';
export { errorCodes } from './errors/codes.ts';
export type { ErrorCode } from './errors/codes.ts';
export { errorUrl, isOrchError, messageOf, orchError } from './errors/orch-error.ts';
export type { ErrorDescription, OrchError } from './errors/orch-error.ts';
export type {
  Adopted,
  Attempt,
  AttemptContext,
  Executor,
  FailedAttempt,
  Log,
  Outcome,
  PhaseToCheck,
  SettleOptions,
  StopReason,
} from './executor/executor.ts';
export { isTooDeep, maxOutputBytes, maxOutputDepth } from './executor/output-limits.ts';
export type {
  Again,
  AttemptView,
  BeforePhase,
  Decision,
  FailedView,
  Hooks,
  Memory,
  OptionKey,
  PhaseError,
  RunView,
  TapOptions,
  Tappable,
} from './hooks/lifecycle-hooks.ts';
export type { PhaseOptionSettings, Plugin, PluginHost } from './hooks/plugin.ts';
export { randomIds, runIdPattern } from './id.ts';
export type { Ids } from './id.ts';
export { failureClasses } from './run/event.ts';
export { dictionary } from './json.ts';
export type { Json } from './json.ts';
export type {
  AttemptId,
  EventBody,
  EventOf,
  EventStamp,
  FailureClass,
  PhaseStatus,
  ProcessEnd,
  Repair,
  RunEvent,
  RunStatus,
  RunSummary,
  Selection,
  SerializedError,
  StoredRunStatus,
} from './run/event.ts';
export type { Fence, Owner } from './run/owner.ts';
export { leftOutBy } from './run/selection.ts';
export { isTerminal } from './run/state.ts';
export type { Checked, DescribedSchema, Schema, SchemaIssue } from './schema.ts';
export type { ExpressionPlace } from './spec/phase-keys.ts';
export { optionKinds, refuseOptions, refuseValue } from './spec/refuse-options.ts';
export type { KnownOptions, OptionKind } from './spec/refuse-options.ts';
export type {
  Expression,
  ExpressionScope,
  Language,
  LanguageProblem,
  LoadedLanguage,
  Variable,
} from './spec/language.ts';
export { didYouMean } from './spec/did-you-mean.ts';
export { schemaOfInputs } from './spec/input-schema.ts';
export { quote } from './spec/quote.ts';
export type {
  Finding,
  InputSpec,
  InputType,
  OutputSource,
  OutputSpec,
  PhaseSpec,
  WorkflowSpec,
} from './spec/workflow-spec.ts';
export { orchVersion } from './version.ts';
