import type { Clock } from '../clock.ts';
import { isOrchError, messageOf } from '../errors/orch-error.ts';
import type { Outcome } from '../executor/executor.ts';
import type { HookCalls } from '../hooks/hook-calls.ts';
import type { Decision } from '../hooks/lifecycle-hooks.ts';
import type { AttemptId, ProcessEnd, SerializedError } from '../run/event.ts';
import type { Mending } from '../run/state.ts';
import type { Draft } from '../run/decide.ts';
import type { ActiveAttempt, AttemptEnd } from './attempt-runner.ts';
import { lostOrPoisoned } from './lost.ts';
import type { RunRules } from './rules.ts';
import type { RunViews } from './run-views.ts';
import type { SecretGuard } from './secrets.ts';
import { verdictOf } from './verdict.ts';

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
  readonly rules: RunRules;
  readonly guard: SecretGuard;
}

export interface Judgement {
  readonly draft: Draft;
  /** What `afterPhase` taps hear; absent: nothing, the phase was skipped. */
  readonly seen?: Outcome;
}

type Failure = Extract<Outcome, { readonly status: 'failed' }>;

/** Turns the end of an attempt into the event that records it; asks `onError` what becomes of a failed one. */
export function judge(request: JudgeRequest): Judgement | Promise<Judgement> {
  const { outcome, active } = request;
  const isOurs = active.attempt.part === 'repair' || (active.reason !== undefined && outcome.status !== 'completed');
  if (isOurs || (outcome.status !== 'completed' && outcome.status !== 'failed')) return judgeOutcome(request, outcome);
  const verdict = verdictFor(request, outcome);
  return verdict instanceof Promise ? verdict.then((it) => judgeOutcome(request, it)) : judgeOutcome(request, verdict);
}

/** What the phase's own rules make of it. A schema of somebody else's may throw or reject. */
function verdictFor(
  { active, rules, clock }: JudgeRequest,
  outcome: Exclude<Outcome, { status: 'aborted' }>,
): Outcome | Promise<Outcome> {
  const { phase } = active;
  try {
    const declared = rules.declaredOutput(phase);
    const schema = outcome.output === undefined ? undefined : rules.outputSchema(phase);
    const verdict = verdictOf({ outcome, declared, schema, failWhen: rules.failWhen(phase), clock });
    return verdict instanceof Promise ? verdict.catch((error: unknown) => unchecked(outcome, error)) : verdict;
  } catch (error) {
    return unchecked(outcome, error);
  }
}

function unchecked(outcome: ProcessEnd, error: unknown): Outcome {
  return {
    ...endOf(outcome),
    status: 'failed',
    class: 'unknown',
    error: { code: 'ORCH_PHASE_OUTPUT', message: `Its output could not be checked: ${messageOf(error)}` },
  };
}

function judgeOutcome(request: JudgeRequest, outcome: AttemptEnd): Judgement | Promise<Judgement> {
  const { active, durationMs, guard } = request;
  switch (outcome.status) {
    case 'skipped':
      return skipped(active, guard.hide(outcome.reason));
    case 'completed': {
      const { output } = outcome;
      const secret = output === undefined ? undefined : guard.find(output);
      if (secret !== undefined) return decideFailure(request, holdsSecret(outcome, secret));
      return { draft: completion(active, outcome, durationMs), seen: outcome };
    }
    case 'aborted':
    case 'failed':
      if (active.mending !== undefined) return judgeRepair(request, active.mending, outcome);
      return judgeEnded(request, outcome);
  }
}

type Completion = Extract<Draft, { readonly type: 'phase.completed' }>;

/** By stores: each phase has one, and each spread in it would be an object more. */
function completion(
  active: ActiveAttempt,
  { output, exitCode, signal }: Extract<Outcome, { readonly status: 'completed' }>,
  durationMs: number,
): Completion {
  const id = { type: 'phase.completed' as const, ...idOf(active) };
  const draft: { -readonly [Key in keyof Omit<Completion, 'durationMs'>]: Completion[Key] } = id;
  if (output !== undefined) draft.output = output;
  if (exitCode !== undefined) draft.exitCode = exitCode;
  if (signal !== undefined) draft.signal = signal;
  return { ...draft, durationMs };
}

/** A repair is not repeated: where it fails, so does its phase. What orch itself ended is another matter. */
function judgeRepair(
  request: JudgeRequest,
  { repair, failed: { message, class: kind } }: Mending,
  outcome: Exclude<Outcome, { status: 'completed' }>,
): Judgement | Promise<Judgement> {
  const { active } = request;
  const isLate = active.reason === 'timeout';
  if (outcome.status === 'aborted' && !isLate) return judgeEnded(request, outcome);
  if (active.reason !== undefined && !isLate) return judgeEnded(request, outcome);
  const why = isLate
    ? `The repair took longer than its timeout of ${(active.attempt.timeoutMs ?? 0) / 1000} s.`
    : outcome.exitCode !== undefined && outcome.exitCode === repair.unchangedExitCode
      ? 'The repair changed nothing.'
      : `The repair failed: ${outcome.status === 'failed' ? outcome.error.message : 'it was lost'}`;
  const error = { code: 'ORCH_PHASE_REPAIR', message: `${why} The failure before it: ${message}` };
  return failed(request, { status: 'failed', class: kind, error, ...endOf(outcome) }, undefined);
}

/** Success that would be written into a journal together with a secret is none. */
function holdsSecret(outcome: ProcessEnd, secret: string): Failure {
  return {
    status: 'failed',
    class: 'invalid-output',
    error: {
      code: 'ORCH_PHASE_SECRET',
      message: `Its output holds the secret input ${JSON.stringify(secret)}, and was not stored.`,
      hint: 'Leave it out of what the phase answers.',
    },
    ...endOf(outcome),
  };
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
      ? skipped(active, request.guard.hide(decision.skip))
      : failed(request, failure, decision);
  } catch (error) {
    // A hook that could not decide never ends as success: the phase fails with both errors.
    const both = `${failure.error.message} And the decision what to do next failed: ${messageOf(error)}`;
    const code = isOrchError(error) ? error.code : 'ORCH_HOOK_FAILED';
    return failed(request, { ...failure, class: 'plugin', error: { code, message: both } }, undefined);
  }
}

function failed(
  { active, clock, durationMs, now, guard }: JudgeRequest,
  failure: Failure,
  decision: Exclude<Decision, { readonly skip: string }> | undefined,
): Judgement {
  const retry = decision !== undefined && !('fail' in decision) ? decision : undefined;
  const note = decision !== undefined && 'fail' in decision ? decision.note : undefined;
  const again: { readonly retryAt?: number; readonly delayMs?: number } =
    retry === undefined
      ? {}
      : 'until' in retry
        ? { retryAt: Math.round(retry.until) }
        : backoff(retry.retryAt, clock, now);
  const repair = retry?.repair;
  const draft: Draft = {
    type: 'phase.failed',
    ...idOf(active),
    error: hidden(
      note === undefined ? failure.error : { ...failure.error, message: `${failure.error.message} ${note}` },
      guard,
    ),
    class: retry?.class ?? failure.class,
    ...endOf(failure),
    durationMs,
    charge: retry?.charge ?? true,
    ...again,
    ...(repair === undefined ? {} : { repair }),
    // Only a repair will read it again.
    ...(repair === undefined || failure.output === undefined || guard.find(failure.output) !== undefined
      ? {}
      : { output: failure.output }),
  };
  return { draft, seen: again.retryAt === undefined ? failure : { ...failure, retryAt: again.retryAt } };
}

function backoff(at: number, clock: Clock, now: () => number): { readonly retryAt: number; readonly delayMs: number } {
  const delayMs = Math.max(0, Math.round(at - clock.now()));
  return { retryAt: Math.round(now() + delayMs), delayMs };
}

function hidden({ code, message, hint }: SerializedError, { hide }: SecretGuard): SerializedError {
  return { code, message: hide(message), ...(hint === undefined ? {} : { hint: hide(hint) }) };
}

function skipped(active: ActiveAttempt, reason: string): Judgement {
  return { draft: { type: 'phase.skipped', phases: [active.attempt.phase], reason } };
}

function idOf({ attempt }: ActiveAttempt): AttemptId {
  const { phase, index, number, part } = attempt;
  return index === undefined ? { phase, attempt: number, part } : { phase, index, attempt: number, part };
}

function endOf({ exitCode, signal }: ProcessEnd): ProcessEnd {
  return { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
}
