import type { Outcome } from '../executor/executor.ts';
import type { RunEvent, RunStatus } from '../run/event.ts';
import type { AttemptView, BeforePhase, Decision, PhaseError, RunView } from './lifecycle-hooks.ts';

/**
 * Makes the context for one plugin's tap: `memory` is each plugin's own. Called before each tap with the name of the
 * plugin that registered it.
 */
export type ContextFor<Context> = (plugin: string) => Context;

/** The hooks from the calling side, as the engine sees them. A hook that nobody tapped answers `undefined` at once. */
export interface HookCalls {
  /** Whether any tap listens: the engine spares itself the context where none does. */
  readonly tapped: Readonly<Record<HookName, boolean>>;
  beforeRun(context: ContextFor<RunView>): Promise<void>;
  beforePhase(context: ContextFor<BeforePhase>): Promise<{ readonly skip: string } | undefined>;
  onError(context: ContextFor<AttemptView & { readonly error: PhaseError }>): Promise<Decision | undefined>;
  afterPhase(context: ContextFor<AttemptView & { readonly outcome: Outcome }>): Promise<void>;
  onCheckpoint(context: ContextFor<RunView & { readonly checkpoint: string; readonly version: number }>): Promise<void>;
  afterRun(context: ContextFor<RunView & { readonly status: RunStatus }>): Promise<void>;
  onEvent(event: RunEvent, run: { readonly runId: string; readonly workflow: string }): void;
}

export type HookName = 'beforeRun' | 'beforePhase' | 'onError' | 'afterPhase' | 'onCheckpoint' | 'afterRun' | 'onEvent';

/** A failed observer (afterPhase, onCheckpoint, afterRun): told through the `warn` of the context's run. */
export interface TapWarning {
  readonly plugin: string;
  readonly hook: HookName;
  readonly message: string;
}
