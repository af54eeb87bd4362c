import { isOrchError, messageOf, orchError } from '../errors/orch-error.ts';
import type { Adopted, Executor, SettleOptions } from '../executor/executor.ts';
import type { AttemptId } from '../run/event.ts';
import type { Draft } from '../run/decide.ts';
import type { Fence } from '../run/owner.ts';
import { replay } from '../run/replay.ts';
import { phasesFrom, phasesSince, phasesToRecover } from '../run/reset.ts';
import { isTerminal, nameOf } from '../run/state.ts';
import type { RunState, Running } from '../run/state.ts';
import { orchVersion } from '../version.ts';
import { kindOf } from './attempt-runner.ts';
import { failedToRun } from './failed-to-run.ts';
import type { AdoptedAttempt } from './attempt-runner.ts';
import { Driver } from './driver.ts';
import { lostOrPoisoned } from './lost.ts';
import type { Moment } from './lease.ts';
import { cancelIn } from './messages.ts';
import type { CancelRequest } from './messages.ts';
import type { Replan } from './replan.ts';
import type { RunRules } from './rules.ts';
import type { EngineParts } from './run-parts.ts';
import type { RunInputs } from './scope.ts';

export interface TakeUpRequest {
  readonly engine: EngineParts;
  /** Replayed after the fence was taken. */
  readonly state: RunState;
  readonly fence: Fence;
  readonly takenAt: Moment;
  /** Keys of all attempts that the journal knows. */
  readonly knownKeys: readonly string[];
  readonly executors: ReadonlyMap<string, Executor>;
  readonly executorOf: (kind: string) => Executor;
  readonly rules: RunRules;
  /** Secret ones included. */
  readonly inputs: RunInputs;
  readonly concurrency: number;
  readonly replan?: Replan | undefined;
  /** `false`: what ended without success stays as it is. */
  readonly resets: boolean;
  /** A phase that the run has and its selection chose. */
  readonly from?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly otherHost: boolean;
  /** Cancels the run instead of going on. */
  readonly cancel?: CancelRequest | undefined;
}

/**
 * Takes a run up again: stops what the journal does not know, adopts what goes on, records what is lost, resets what
 * is to run again. Nothing starts before all of that is committed.
 */
export async function takeUp(given: TakeUpRequest): Promise<Driver> {
  const { engine, state, fence, takenAt, executorOf, rules, inputs, replan } = given;
  const { secrets = [] } = replan?.workflow ?? state.spec;
  const neededSecrets = replan?.secrets ?? state.created.secrets ?? [];
  const known = { executorOf, rules, inputs, secrets, neededSecrets };
  const driver = new Driver({ engine, state, fence, takenAt, resumed: true, ...known });
  try {
    const asked = await askedToCancel(given);
    const request = { ...given, cancel: given.cancel ?? asked?.cancel };
    const reset = await planReset(request);
    // To whoever slept since the taking, the attempts of a newer owner look like a lost tail.
    await driver.checkHeld();
    await settleAll(request.executors, state.runId, request.knownKeys);
    const replaced = new Set([...(reset?.phases ?? []), ...(replan?.replaced ?? [])]);
    const { events, adopted } = await settleRunning(request, driver, replaced);
    // What is replaced must be over before it can be reset.
    const isReplaced = (event: Draft): boolean => event.type === 'phase.interrupted' && event.reason === 'replaced';
    const drafts: Draft[] = events.filter(isReplaced);
    if (reset !== undefined) drafts.push(reset);
    if (replan !== undefined) drafts.push(replanned(replan));
    drafts.push({ type: 'run.started', owner: engine.host.owner, orchVersion, concurrency: request.concurrency });
    drafts.push(...(replan?.leftOut ?? []), ...events.filter((event) => !isReplaced(event)));
    if (request.cancel !== undefined) drafts.push({ type: 'run.cancelling', reason: 'cancel', ...request.cancel });
    driver.begin({ drafts, adopted, handled: asked?.handled ?? [] });
    return driver;
  } catch (error) {
    // Whether it could be let go is told in the log; what went wrong before is what matters.
    await driver.detach().catch(() => undefined);
    throw error;
  }
}

/** Claims and stops what the journal does not know. */
export async function settleAll(
  executors: ReadonlyMap<string, Executor>,
  runId: string,
  knownKeys: readonly string[],
  options: SettleOptions = {},
): Promise<void> {
  let keys: ReadonlySet<string> | undefined;
  for (const executor of new Set(executors.values())) {
    try {
      await executor.settle?.(runId, (keys ??= new Set(knownKeys)), options);
    } catch (error) {
      throw executorFailed(runId, 'settle what was left behind', error);
    }
  }
}

/** A cancel that nobody was there to hear. */
async function askedToCancel({
  engine,
  state,
}: TakeUpRequest): Promise<{ readonly cancel: CancelRequest; readonly handled: readonly string[] } | undefined> {
  if (isTerminal(state.status) || state.cancelling !== undefined) return undefined;
  for (const { id, body } of await engine.backend.messages(state.runId)) {
    const cancel = cancelIn(body);
    if (cancel !== undefined) return { cancel, handled: [id] };
  }
  return undefined;
}

type Reset = Extract<Draft, { readonly type: 'run.reset' }>;

function replanned({ workflow, changes, stored, secrets }: Replan): Draft {
  return {
    type: 'run.replanned',
    workflow,
    changes,
    inputs: stored,
    ...(secrets.length === 0 ? {} : { secrets }),
  };
}

/** What the take-up resets; `undefined`: nothing. */
async function planReset({
  engine,
  state,
  from,
  checkpoint,
  cancel,
  replan,
  resets,
}: TakeUpRequest): Promise<Reset | undefined> {
  if (cancel !== undefined || !resets) return undefined;
  if (from !== undefined)
    return { type: 'run.reset', cause: 'rewind', phases: phasesFrom(state, state.graph.indexOf.get(from)!) };
  if (checkpoint !== undefined) {
    const to = checkpointVersion(state, checkpoint, await checkpointsOf(engine, state));
    const earlier = await replay(state.runId, engine.backend.read(state.runId), { upTo: to });
    return { type: 'run.reset', cause: 'rewind', to, phases: phasesSince(state, earlier) };
  }
  // A cancel that is committed is carried out, not taken back.
  if (state.cancelling !== undefined && !isTerminal(state.status)) return undefined;
  const phases = phasesToRecover(state, replan?.replaced);
  const cause = replan === undefined ? 'recover' : 'replan';
  return phases.length > 0 || isTerminal(state.status) ? { type: 'run.reset', cause, phases } : undefined;
}

interface Checkpoint {
  readonly name: string;
  readonly version: number;
}

async function checkpointsOf({ backend }: EngineParts, state: RunState): Promise<readonly Checkpoint[]> {
  const found: Checkpoint[] = [];
  for await (const events of backend.read(state.runId))
    for (const event of events)
      if (event.type === 'checkpoint.created') found.push({ name: event.name, version: event.version });
  return found;
}

/** Of what there is, where what was asked for is not. */
const mostNamed = 20;

/** `NAME`: the latest on the current line; `NAME@VERSION`: that very one, of an older line too. */
function checkpointVersion(state: RunState, wanted: string, all: readonly Checkpoint[]): number {
  const phase = state.graph.indexOf.get(wanted);
  const latest = phase === undefined ? 0 : state.checkpoints[phase]!;
  if (latest > 0) return latest;
  const exact = all.find(({ name, version }) => `${name}@${version}` === wanted);
  if (exact !== undefined) return exact.version;
  const there = all.slice(-mostNamed).map(({ name, version }) => `${name}@${version}`);
  const which = there.length < all.length ? `The latest ${mostNamed} of ${all.length} are` : 'There are';
  throw orchError({
    code: 'ORCH_RUN_NO_CHECKPOINT',
    message: `Run ${state.runId} has no checkpoint ${JSON.stringify(wanted)} on its current line.`,
    hint: there.length === 0 ? 'It has none at all.' : `${which}: ${there.join(', ')}`,
  });
}

interface Settled {
  readonly events: readonly Draft[];
  readonly adopted: readonly AdoptedAttempt[];
}

/** Asks the executors what became of the attempts that have no outcome, all at once: they share their look at the machine. */
async function settleRunning(request: TakeUpRequest, driver: Driver, replaced: ReadonlySet<string>): Promise<Settled> {
  const { state } = request;
  const running: number[] = [];
  for (let phase = 0; phase < state.graph.size; phase++)
    if (state.phases[phase]!.status === 'running') running.push(phase);
  const events: Draft[] = [];
  const adopted: AdoptedAttempt[] = [];
  const answers = await Promise.all(
    running.map((phase) => settleAttempt(request, driver, phase, replaced.has(nameOf(state, phase)))),
  );
  for (const answer of answers) {
    events.push(answer.event);
    if (answer.adopted !== undefined) adopted.push(answer.adopted);
  }
  return { events, adopted };
}

async function settleAttempt(
  { state, executorOf, otherHost }: TakeUpRequest,
  driver: Driver,
  phase: number,
  replaced: boolean,
): Promise<{ readonly event: Draft; readonly adopted?: AdoptedAttempt }> {
  const running = state.phases[phase] as Running;
  const id: AttemptId = { phase: nameOf(state, phase), attempt: running.attempt, part: running.part };
  const active = driver.attempts.activate(phase, running);
  const executor = executorOf(kindOf(state, phase));
  let found: Adopted;
  try {
    if (replaced) {
      await driver.checkHeld();
      active.reason = 'replaced';
      active.stop.abort('replaced');
    }
    const context = { ...driver.attempts.contextOf(active), otherHost };
    found = executor.adopt === undefined ? { gone: true } : await executor.adopt(active.attempt, context);
    if (replaced && 'outcome' in found) await found.outcome;
  } catch (error) {
    throw executorFailed(state.runId, `adopt attempt ${running.attempt} of phase ${JSON.stringify(id.phase)}`, error);
  }
  if ('outcome' in found && !replaced) {
    const outcome = found.outcome.catch(failedToRun);
    // Its end may come before the take-up is committed: nothing may go unheard until then.
    outcome.catch(() => undefined);
    return { event: { type: 'phase.adopted', ...id }, adopted: { active, outcome } };
  }
  driver.attempts.forget(active);
  if (replaced) return { event: { type: 'phase.interrupted', ...id, reason: 'replaced' } };
  return { event: lostOrPoisoned(id, state.lost[phase]!) };
}

function executorFailed(runId: string, what: string, cause: unknown): unknown {
  if (isOrchError(cause)) return cause;
  return orchError({
    code: 'ORCH_EXECUTOR_FAILED',
    message: `Run ${runId}: could not ${what}: ${messageOf(cause)}`,
    hint: 'Nothing was started. Remove the cause, then recover the run.',
    cause,
  });
}
