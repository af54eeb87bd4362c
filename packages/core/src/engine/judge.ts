import type { Clock } from '../clock.ts';
import { isOrchError, messageOf } from '../errors/orch-error.ts';
import type { Outcome } from '../executor/executor.ts';
import type { HookCalls } from '../hooks/hook-calls.ts';
import type { Decision } from '../hooks/lifecycle-hooks.ts';
import type { AttemptId, ProcessEnd } from '../run/event.ts';
import type { Draft } from '../run/decide.ts';
import type { ActiveAttempt, AttemptEnd } from './attempt-runner.ts';
import { lostOrPoisoned } from './lost.ts';
import type { RunViews } from './run-views.ts';

export interface JudgeRequest {
  readonly active: ActiveAttempt;
  readonly outcome: AttemptEnd;
  readonly durationMs: number;
  /** How often in a row the phase was lost before. */
  readonly lost: number;
  readonly views: RunViews;
  readonly hooks: HookCalls;
  readonly clock: Clock;
  /** The run's clock. */
  readonly now: () => number;
}

export interface Judgement {
  readonly draft: Draft;
  /** What `afterPhase` taps hear; absent: nothing, the phase was skipped. */
  readonly seen?: Outcome;
}

type Failure = Extract<Outcome, { readonly status: 'failed' }>;

/** Turns the end of an attempt into the event that records it; asks `onError` what becomes of a failed one. */
export function judge(request: JudgeRequest): Judgement | Promise<Judgement> {
  const { active, outcome, durationMs } = request;
  switch (outcome.status) {
    case 'skipped':
      return skipped(active, outcome.reason);
    case 'completed': {
      const { output } = outcome;
      const draft: Draft = {
        type: 'phase.completed',
        ...idOf(active),
        ...(output === undefined ? {} : { output }),
        ...endOf(outcome),
        durationMs,
      };
      return { draft, seen: outcome };
    }
    case 'aborted':
    case 'failed':
      return judgeEnded(request, outcome);
  }
}

/** An attempt that the engine ended is a timeout, cancelled or stopped, whatever its exit code. */
function judgeEnded(
  request: JudgeRequest,
  outcome: Exclude<Outcome, { status: 'completed' }>,
): Judgement | Promise<Judgement> {
  const { active } = request;
  switch (active.reason) {
    case 'timeout':
      return decideFailure(request, timedOut(active, outcome));
    case 'cancelled':
      return {
        draft: { type: 'phase.cancelled', phases: [active.attempt.phase], ...endOf(outcome) },
        seen: aborted(outcome),
      };
    case 'stopped':
    case 'replaced':
      return interrupted(active, active.reason, outcome);
    case undefined:
      return outcome.status === 'failed'
        ? decideFailure(request, outcome)
        : { draft: lostOrPoisoned(idOf(active), request.lost, endOf(outcome)), seen: aborted(outcome) };
  }
}

function interrupted(active: ActiveAttempt, reason: 'stopped' | 'replaced', outcome: ProcessEnd): Judgement {
  return {
    draft: { type: 'phase.interrupted', ...idOf(active), reason, ...endOf(outcome) },
    seen: aborted(outcome),
  };
}

function aborted(outcome: ProcessEnd): Outcome {
  return { status: 'aborted', ...endOf(outcome) };
}

function timedOut(active: ActiveAttempt, outcome: Exclude<Outcome, { status: 'completed' }>): Failure {
  const { timeoutMs = 0 } = active.attempt;
  const note = outcome.status === 'aborted' && outcome.note !== undefined ? ` (${outcome.note})` : '';
  return {
    status: 'failed',
    class: 'timeout',
    error: {
      code: 'ORCH_PHASE_TIMEOUT',
      message: `The attempt took longer than its timeout of ${timeoutMs / 1000} s${note}.`,
    },
    ...endOf(outcome),
  };
}

async function decideFailure(request: JudgeRequest, failure: Failure): Promise<Judgement> {
  const { active, views, hooks } = request;
  if (!hooks.tapped.onError) return failed(request, failure, undefined);
  try {
    const decision = await views.onError(active, failure, hooks);
    return decision !== undefined && 'skip' in decision
      ? skipped(active, decision.skip)
      : failed(request, failure, decision);
  } catch (error) {
    // A hook that could not decide never ends as success: the phase fails with both errors.
    const both = `${failure.error.message} And the decision what to do next failed: ${messageOf(error)}`;
    const code = isOrchError(error) ? error.code : 'ORCH_HOOK_FAILED';
    return failed(request, { ...failure, class: 'plugin', error: { code, message: both } }, undefined);
  }
}

function failed(
  { active, clock, durationMs, now }: JudgeRequest,
  failure: Failure,
  decision: Exclude<Decision, { readonly skip: string }> | undefined,
): Judgement {
  const retry = decision !== undefined && 'retryAt' in decision ? decision : undefined;
  const delayMs = retry === undefined ? undefined : Math.max(0, Math.round(retry.retryAt - clock.now()));
  const again = delayMs === undefined ? {} : { retryAt: Math.round(now() + delayMs), delayMs };
  const draft: Draft = {
    type: 'phase.failed',
    ...idOf(active),
    error: failure.error,
    class: failure.class,
    ...endOf(failure),
    durationMs,
    charge: retry?.charge ?? true,
    ...again,
  };
  return { draft, seen: again.retryAt === undefined ? failure : { ...failure, retryAt: again.retryAt } };
}

function skipped(active: ActiveAttempt, reason: string): Judgement {
  return { draft: { type: 'phase.skipped', phases: [active.attempt.phase], reason } };
}

function idOf({ attempt }: ActiveAttempt): AttemptId {
  const { phase, index, number, part } = attempt;
  return { phase, ...(index === undefined ? {} : { index }), attempt: number, part };
}

function endOf({ exitCode, signal }: ProcessEnd): ProcessEnd {
  return { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
}
