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
export { durationMs } from './duration.ts';
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
  Log,
  Outcome,
  PhaseToCheck,
  StopReason,
} from './executor/executor.ts';
export type {
  AttemptView,
  BeforePhase,
  Decision,
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
  RunEvent,
  RunStatus,
  RunSummary,
  SerializedError,
  StoredRunStatus,
} from './run/event.ts';
export type { Fence, Owner } from './run/owner.ts';
export { isTerminal } from './run/state.ts';
export type { Checked, DescribedSchema, Schema, SchemaIssue } from './schema.ts';
export { quote } from './spec/quote.ts';
export type { Finding, PhaseSpec, WorkflowSpec } from './spec/workflow-spec.ts';
