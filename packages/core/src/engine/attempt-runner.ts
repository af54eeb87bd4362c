import type { Attempt, AttemptContext, Executor, Log, Outcome, StopReason } from '../executor/executor.ts';
import type { Mending, RunState, Running } from '../run/state.ts';
import { optionsOf } from '../spec/workflow-spec.ts';
import { attemptContext, nothingPrepared } from './attempt-context.ts';
import type { Preparation } from './attempt-context.ts';
import { failedToRun, hookFailure, isUnavailable } from './failed-to-run.ts';
import { momentOf } from './lease.ts';
import type { Moment } from './lease.ts';
import { LazyAbortController } from './lazy-abort-controller.ts';
import type { EngineParts } from './run-parts.ts';
import type { RunRules } from './rules.ts';
import type { RunInputs } from './scope.ts';
import type { SecretGuard } from './secrets.ts';
import { TurnWatch } from './turn-watch.ts';

/** An attempt under way in this process, or adopted by it. */
export interface ActiveAttempt {
  /** The number of its phase: may be another one once another definition holds. */
  phase: number;
  readonly attempt: Attempt;
  readonly stop: LazyAbortController;
  readonly kill: LazyAbortController;
  /** Monotonic time in milliseconds at which it began, as well as wall time tells it for one of an earlier process. */
  readonly begunAt: number;
  /** Why the engine ended it, once it did. */
  reason: StopReason | undefined;
  /** It is in the hands of an executor whose work does not outlive this process: nobody can adopt it. */
  isBound: boolean;
  /** Of a repair. */
  readonly mending: Mending | undefined;
  cancelTimer: () => void;
}

/** An attempt of an earlier process that goes on. */
export interface AdoptedAttempt {
  readonly active: ActiveAttempt;
  readonly outcome: Promise<Outcome>;
}

/** How an attempt came to its end: by its executor, or by a tap that skipped it. */
export type AttemptEnd = Outcome | { readonly status: 'skipped'; readonly reason: string };

export interface AttemptRunnerParts {
  readonly engine: EngineParts;
  readonly state: RunState;
  readonly executorOf: (kind: string) => Executor;
  readonly rules: RunRules;
  readonly inputs: RunInputs;
  readonly guard: SecretGuard;
  /** Whether the lease is young enough to act on it without asking. `now`: where somebody looked at the clocks just before. */
  readonly isFresh: (now?: Moment) => boolean;
  /** Whether the lease holds: no effect on the world without it. Never rejects. */
  readonly holds: () => Promise<boolean>;
  /** Runs the `beforePhase` taps. Rejects where a tap fails. */
  readonly prepare: ((active: ActiveAttempt) => Promise<Preparation | { readonly skip: string }>) | undefined;
  readonly warn: (message: string) => void;
  /** Called where an attempt could not be made for want of a place to keep its state, or its end not be judged: nothing can be recorded. */
  readonly onUnrecorded: (error: unknown) => void;
  /** Called once for each attempt that was started or adopted here. `at`: monotonic time. */
  readonly onEnd: (active: ActiveAttempt, outcome: AttemptEnd, at: number) => void;
}

/** Carries out the attempts of one run: hands them to their executors, watches their timeouts, ends them on demand. */
export class AttemptRunner {
  readonly #parts: AttemptRunnerParts;
  readonly #active = new Map<number, ActiveAttempt>();
  readonly #turns: TurnWatch;
  /** Of the program, without secrets. */
  readonly #log: Log;

  constructor(parts: AttemptRunnerParts) {
    this.#parts = parts;
    this.#turns = new TurnWatch(parts.engine.clock, parts.warn);
    this.#log = guarded(parts.engine.log, parts.guard);
  }

  /** How many are under way. */
  get count(): number {
    return this.#active.size;
  }

  get active(): Iterable<ActiveAttempt> {
    return this.#active.values();
  }

  /** Executes a phase whose `phase.started` is committed. `reason`: the order to stop came before that. */
  start(phase: number, running: Running, reason: StopReason | undefined): void {
    const now = momentOf(this.#parts.engine.clock);
    const active = this.activate(phase, running, now);
    if (reason !== undefined) this.#stop(active, reason);
    const { prepare, isFresh } = this.#parts;
    // Most wait for nothing before they begin: an async function more for each is a good part of what a phase costs.
    const ended =
      prepare === undefined && isFresh(now)
        ? this.#begin(active, running, nothingPrepared)
        : this.#prepare(active, running);
    void ended.then(
      (outcome) => this.#end(active, outcome),
      (error: unknown) => this.#failed(active, error),
    );
  }

  /** Waits for what an earlier process started; deadlines go on. Another definition may count their phases otherwise since. */
  adopt(adopted: readonly AdoptedAttempt[]): void {
    const { state, engine } = this.#parts;
    for (const { active } of adopted) this.#active.delete(active.phase);
    for (const { active, outcome } of adopted) {
      active.phase = state.graph.indexOf.get(active.attempt.phase)!;
      this.#active.set(active.phase, active);
      const { deadline } = state.phases[active.phase] as Running;
      if (deadline !== undefined) this.#watchTimeout(active, deadline - engine.clock.monotonic());
      void outcome.then(
        (settled) => this.#end(active, settled),
        (error: unknown) => this.#unavailable(active, error),
      );
    }
  }

  /** An attempt that was registered, but is not there any more. */
  forget(active: ActiveAttempt): void {
    this.#active.delete(active.phase);
  }

  stopAll(reason: StopReason, chooses: (phase: number) => boolean = () => true): void {
    for (const active of this.#active.values()) if (chooses(active.phase)) this.#stop(active, reason);
  }

  killAll(): void {
    for (const active of this.#active.values()) this.#signal(active, () => active.kill.abort());
  }

  /** Looks at nothing any more: the attempts go on by themselves, but for those that nobody could adopt. */
  abandon(): void {
    const left = [...this.#active.values()];
    this.#active.clear();
    this.#turns.close();
    for (const active of left) {
      active.cancelTimer();
      if (active.isBound) this.#stop(active, 'stopped');
    }
  }

  contextOf(active: ActiveAttempt, preparation: Preparation = nothingPrepared): AttemptContext {
    const { state, inputs } = this.#parts;
    const holds = (): Promise<boolean> => this.#holdsOf(active);
    return attemptContext({ active, state, holds, inputs, log: this.#log, preparation });
  }

  /** Registers an attempt, one of an earlier process, too: so that it can be stopped like our own. */
  activate(phase: number, running: Running, now: Moment = momentOf(this.#parts.engine.clock)): ActiveAttempt {
    const { state } = this.#parts;
    const spec = state.spec.phases[phase]!;
    const { mending, timeoutMs } = running;
    const attempt: { -readonly [Key in keyof Attempt]: Attempt[Key] } = {
      runId: state.runId,
      workflow: state.spec.id,
      phase: spec.name,
      number: running.attempt,
      part: running.part,
      key: running.key,
      options: mending === undefined ? optionsOf(state.spec, spec) : repairOptions(state, phase, mending.repair),
      owner: running.owner,
    };
    if (timeoutMs !== undefined) attempt.timeoutMs = timeoutMs;
    if (mending !== undefined) attempt.failed = failedAttempt(mending.failed);
    else if (spec.output !== undefined) attempt.output = spec.output.from;
    const active: ActiveAttempt = {
      phase,
      attempt,
      stop: new LazyAbortController(),
      kill: new LazyAbortController(),
      begunAt: now.monotonic - Math.max(0, now.wall - running.startedAt),
      reason: undefined,
      isBound: false,
      mending,
      cancelTimer: () => {},
    };
    this.#active.set(phase, active);
    return active;
  }

  async #prepare(active: ActiveAttempt, running: Running): Promise<AttemptEnd> {
    const { prepare, isFresh, holds } = this.#parts;
    let preparation = nothingPrepared;
    if (prepare !== undefined) {
      try {
        const answer = await prepare(active);
        if ('skip' in answer) return { status: 'skipped', reason: answer.skip };
        preparation = answer;
      } catch (error) {
        return { status: 'failed', class: 'plugin', error: hookFailure(error) };
      }
    }
    if (!isFresh() && !(await holds())) return { status: 'aborted' };
    return this.#begin(active, running, preparation);
  }

  #begin(active: ActiveAttempt, running: Running, preparation: Preparation): Promise<AttemptEnd> {
    const { executorOf, state, rules } = this.#parts;
    try {
      // Stopped meanwhile, or the run was let go: what is not begun by then is the next owner's to begin.
      if (active.reason !== undefined || this.#active.get(active.phase) !== active)
        return Promise.resolve({ status: 'aborted' });
      if (running.timeoutMs !== undefined) this.#watchTimeout(active, running.timeoutMs);
      const executor = executorOf(kindOf(state, active.phase));
      active.isBound = executor.adopt === undefined;
      if (active.isBound) this.#turns.began(active.attempt.phase);
      const { attempt } = active;
      const options = rules.expand(active.phase, attempt.options);
      const expanded = options === attempt.options ? attempt : { ...attempt, options };
      return Promise.resolve(executor.execute(expanded, this.contextOf(active, preparation)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #watchTimeout(active: ActiveAttempt, leftMs: number): void {
    active.cancelTimer = this.#parts.engine.clock.timer(leftMs, () => this.#stop(active, 'timeout'));
  }

  #stop(active: ActiveAttempt, reason: StopReason): void {
    if (active.reason !== undefined) return;
    active.reason = reason;
    this.#signal(active, () => active.stop.abort(reason));
  }

  /** A signal is an effect on the world, too: what a new owner may have adopted is not ours to end. */
  #signal(active: ActiveAttempt, send: () => void): void {
    if (active.isBound || this.#parts.isFresh()) return send();
    void this.#parts.holds().then((held) => {
      if (held) send();
    });
  }

  async #holdsOf(active: ActiveAttempt): Promise<boolean> {
    const { isFresh, holds } = this.#parts;
    const isOurs = (): boolean => this.#active.get(active.phase) === active;
    return isOurs() && (isFresh() || (await holds())) && isOurs();
  }

  #end(active: ActiveAttempt, outcome: AttemptEnd): void {
    active.cancelTimer();
    if (this.#active.get(active.phase) !== active) return;
    this.#active.delete(active.phase);
    const at = this.#parts.engine.clock.monotonic();
    if (active.isBound) this.#turns.ended(active.attempt.phase, at);
    try {
      this.#parts.onEnd(active, outcome, at);
    } catch (error) {
      this.#parts.onUnrecorded(error);
    }
  }

  #failed(active: ActiveAttempt, error: unknown): void {
    if (isUnavailable(error)) this.#unavailable(active, error);
    else this.#end(active, failedToRun(error));
  }

  #unavailable(active: ActiveAttempt, error: unknown): void {
    active.cancelTimer();
    if (this.#active.get(active.phase) === active) this.#parts.onUnrecorded(error);
  }
}

/** The kind of the attempt at a running phase: a repair may be of another than its phase. */
export function kindOf(state: RunState, phase: number): string {
  const at = state.phases[phase]!;
  const mending = 'mending' in at ? at.mending : undefined;
  return mending?.repair.kind ?? state.spec.phases[phase]!.kind;
}

/** A repair of the same kind has what its phase has, where it does not say otherwise: the folder, the environment. */
function repairOptions(state: RunState, phase: number, { kind, options }: Mending['repair']): Attempt['options'] {
  const spec = state.spec.phases[phase]!;
  return kind === spec.kind ? { ...optionsOf(state.spec, spec), ...options } : options;
}

function failedAttempt({ attempt, ...failed }: Mending['failed']): NonNullable<Attempt['failed']> {
  return { number: attempt, ...failed };
}

function guarded(log: Log, { hide }: SecretGuard): Log {
  return { info: (message) => log.info(hide(message)), warn: (message) => log.warn(hide(message)) };
}
