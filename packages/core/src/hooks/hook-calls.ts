import type { Outcome } from '../executor/executor.ts';
import type { RunEvent, RunStatus } from '../run/event.ts';
import type { AttemptView, BeforePhase, Decision, PhaseError, RunView } from './lifecycle-hooks.ts';

/** Makes the context for one plugin's tap, just before it is called: `memory` is each plugin's own. */
export type ContextFor<Context> = (plugin: string) => Context;

/** Hears of an observer that failed. */
export type Warn = (warning: TapWarning) => void;

export interface TapWarning {
  readonly plugin: string;
  readonly message: string;
}

export type HookName = 'beforeRun' | 'beforePhase' | 'onError' | 'afterPhase' | 'onCheckpoint' | 'afterRun' | 'onEvent';

/**
 * The hooks from the calling side, as the engine sees them. Those that decide reject where a tap fails; those that
 * observe never do: each failure is a warning, and the next tap is called all the same.
 */
export interface HookCalls {
  /** Whether any tap listens: the engine spares itself the context, and the turn, where none does. */
  readonly tapped: Readonly<Record<HookName, boolean>>;
  beforeRun(context: ContextFor<RunView>): Promise<void>;
  beforePhase(context: ContextFor<BeforePhase>): Promise<{ readonly skip: string } | undefined>;
  onError(context: ContextFor<AttemptView & { readonly error: PhaseError }>): Promise<Decision | undefined>;
  afterPhase(context: ContextFor<AttemptView & { readonly outcome: Outcome }>, warn: Warn): Promise<void>;
  onCheckpoint(context: ContextFor<CheckpointView>, warn: Warn): Promise<void>;
  afterRun(context: ContextFor<RunView & { readonly status: RunStatus }>, warn: Warn): Promise<void>;
  onEvent(event: RunEvent, run: { readonly runId: string; readonly workflow: string }): void;
}

export type CheckpointView = RunView & { readonly checkpoint: string; readonly version: number };
