import type { StopReason } from '../executor/executor.ts';
import type { Json } from '../json.ts';
import type { RunEvent, SerializedError } from '../run/event.ts';
import { decide, isEnding, isFailingFast } from '../run/decide.ts';
import type { Draft, Moment } from '../run/decide.ts';
import { isTerminal } from '../run/state.ts';
import type { RunState, Running } from '../run/state.ts';
import { isError, messageOf } from '../errors/orch-error.ts';
import { AttemptRunner } from './attempt-runner.ts';
import type { ActiveAttempt, AttemptEnd } from './attempt-runner.ts';
import type { Beginning, DriverParts } from './driver-parts.ts';
import { InboxPoller } from './inbox-poller.ts';
import { LeaseKeeper, leaseMs, runLost } from './lease.ts';
import { judge } from './judge.ts';
import type { Judgement } from './judge.ts';
import { letGo, rememberToken } from './letting-go.ts';
import { cancelIn } from './messages.ts';
import { Observers } from './observers.ts';
import { Recorder } from './recorder.ts';
import { RunLoop } from './run-loop.ts';
import { RunViews } from './run-views.ts';
import { secretGuard } from './secrets.ts';
import type { SecretGuard } from './secrets.ts';

/** Drives one run in this process: performs the effects of what is committed, and turns what comes of them into events. */
export class Driver {
  /** Settles when this process lets go of the run; rejects for infrastructure only. */
  readonly done: Promise<RunState>;
  readonly attempts: AttemptRunner;
  readonly #parts: DriverParts;
  readonly #state: RunState;
  readonly #loop: RunLoop;
  readonly #lease: LeaseKeeper;
  readonly #inbox: InboxPoller;
  readonly #views: RunViews;
  /** Over the secrets of its run. */
  readonly guard: SecretGuard;
  readonly #condition: Moment['condition'] = (phase) => this.guard.calling(() => this.#parts.rules.condition(phase));
  readonly #recorder: Recorder;
  readonly #observers = new Observers((error) => this.#recorder.warn(messageOf(error)));
  #settle!: { resolve: (state: RunState) => void; reject: (error: Error) => void };
  #prepared = false;
  #phase: 'driving' | 'stopping' | 'ended' | 'left' = 'driving';
  #refusal: SerializedError | undefined;

  constructor(parts: DriverParts) {
    this.#parts = parts;
    const { engine, state, fence, executorOf, rules, inputs } = parts;
    const run = { engine, state };
    const code = { rules, executorOf };
    this.#state = state;
    this.guard = secretGuard(inputs, parts.secrets, parts.neededSecrets);
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    // It may come to its end before anybody listens: while the run is still being taken up.
    this.done.catch(() => undefined);
    this.#loop = new RunLoop({
      ...run,
      fence,
      next: this.#next,
      perform: this.#perform,
      mayJoin: () => this.attempts.count > 0,
      sending: (at) => this.#lease.sending(at),
      onFailed: (error) => this.#leave(error),
    });
    this.#recorder = new Recorder({
      runId: state.runId,
      loop: this.#loop,
      log: engine.log,
      guard: this.guard,
      isOpen: () => this.#phase !== 'ended' && this.#phase !== 'left' && !isTerminal(state.status),
    });
    this.#lease = new LeaseKeeper({
      clock: engine.clock,
      takenAt: parts.takenAt,
      renew: () => engine.backend.renew(state.runId, fence, leaseMs),
      onLost: () => this.#leave(runLost(state.runId, 'its lease could not be renewed')),
    });
    const warn = (message: string): void => this.#recorder.warn(message);
    const receive = (body: Json, id: string): void => this.#receive(body, id);
    this.#inbox = new InboxPoller({ engine, runId: state.runId, version: () => state.version, receive, warn });
    this.#views = new RunViews({
      state,
      resumed: parts.resumed,
      phaseKeys: engine.phaseKeys,
      warn: ({ plugin, message }) => this.#recorder.warn(message, [], plugin),
      record: (plugin, key, value) => this.#recorder.remember({ plugin, key, value }, this.#isDriving()),
      ...code,
      now: () => engine.clock.now(),
    });
    this.attempts = new AttemptRunner({
      ...run,
      ...code,
      inputs,
      guard: this.guard,
      isFresh: (now) => !this.#lease.isOld(now),
      holds: () => this.#holds(),
      warn,
      onUnrecorded: (error) => this.#leave(error),
      prepare: engine.hooks.tapped.beforePhase ? (active) => this.#views.prepare(active, engine.hooks) : undefined,
      onEnd: this.#attemptEnded,
    });
  }

  /** Begins with the events of the take-up. */
  begin({ committed = [], drafts = [], adopted = [], handled = [] }: Beginning): void {
    const { hooks } = this.#parts.engine;
    if (hooks.tapped.onEvent) for (const event of committed) this.#views.told(event, hooks);
    this.#prepared = !hooks.tapped.beforeRun;
    let isCancelling = false;
    const started = (): void => {
      if (this.#phase === 'left') return;
      this.attempts.adopt(adopted);
      if (isCancelling || isFailingFast(this.#state)) this.#cancelAttempts();
      if (!this.#prepared) void this.#prepareRun().catch((error) => this.#leave(error));
    };
    if (drafts.length > 0) this.#loop.submit(drafts, started, handled);
    else started();
    // Of an earlier take-up, or of this very commit: a cancel that comes later stops them when it is committed itself.
    isCancelling = this.#state.cancelling !== undefined;
    this.#inbox.start();
    this.#loop.pump();
  }

  /** Ends the attempts and lets go of the run, to be recovered; a second call kills without grace. */
  stop(): void {
    if (this.#phase === 'stopping') return this.attempts.killAll();
    if (!this.#isDriving()) return;
    this.#phase = 'stopping';
    this.#views.abort('stopped');
    this.attempts.stopAll('stopped');
    this.#loop.pump();
  }

  /** Before a take-up lays hands on what it finds. Rejects where the run is somebody else's by now. */
  async checkHeld(): Promise<void> {
    if (!(await this.#holds())) await this.done;
  }

  get isStopping(): boolean {
    return this.#phase === 'stopping';
  }

  /** Ends the run for good, also where it is stopping; `false`: it has ended, or is let go. */
  cancel(by: string, message?: string, handled: readonly string[] = []): boolean {
    if (this.#phase === 'ended' || this.#phase === 'left' || isTerminal(this.#state.status)) return false;
    if (this.#state.cancellingAll) return true;
    this.#phase = 'driving';
    const said = message === undefined ? {} : { message: this.guard.hide(message) };
    this.#loop.submit([{ type: 'run.cancelling', by, reason: 'cancel', ...said }], undefined, handled);
    this.#loop.pump();
    return true;
  }

  /** Lets go at once and leaves the commands alone. Rejects where what was queued could not be written. */
  async detach(): Promise<void> {
    if (this.#phase === 'ended' || this.#phase === 'left') return;
    this.#phase = 'left';
    this.#close();
    this.#views.abort('stopped');
    await this.#loop.idle();
    this.#loop.abandon();
    await letGo(this.#parts.engine, this.#state.runId, this.#parts.fence);
    this.#settle.resolve(this.#state);
    await this.done;
  }

  /** What is to happen next: what `decide` says, unless this process is on its way out. */
  readonly #next = (moment: Pick<Moment, 'now' | 'wall'>): readonly Draft[] => {
    const state = this.#state;
    if (this.#phase === 'ended' || this.#phase === 'left' || isTerminal(state.status)) return [];
    if (this.#phase === 'stopping') {
      if (state.counts.running > 0) return [];
      this.#phase = 'ended';
      return [{ type: 'run.stopped', reason: 'signal' }];
    }
    if (this.#refusal !== undefined && state.cancelling === undefined)
      return state.counts.running > 0 ? [] : [{ type: 'run.failed', reason: 'hook', error: this.#refusal }];
    if (!this.#prepared && state.cancelling === undefined) return [];
    return decide(state, { now: moment.now, wall: moment.wall, condition: this.#condition });
  };

  readonly #perform = (event: RunEvent): void => {
    if (this.#phase === 'left') return;
    const { hooks } = this.#parts.engine;
    if (hooks.tapped.onEvent) this.#views.told(event, hooks);
    switch (event.type) {
      case 'phase.started': {
        const phase = this.#state.graph.indexOf.get(event.phase)!;
        // The order to stop may have come between the commit and its effect. A cancel may not be committed yet: others go on.
        return this.attempts.start(phase, this.#state.phases[phase] as Running, this.#stopReason(phase));
      }
      case 'checkpoint.created':
        return this.#observers.add(this.#views.checkpoint(event, hooks));
      case 'run.cancelling':
        return this.#cancelAttempts();
      case 'phase.failed':
        if (isFailingFast(this.#state)) this.#cancelAttempts();
        return;
      case 'run.stopped':
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        return void this.#finish(event.type === 'run.stopped').catch((error) => this.#leave(error));
      default:
    }
  };

  #cancelAttempts(): void {
    if (this.#state.cancelling !== undefined) this.#views.abort('cancelled');
    this.attempts.stopAll('cancelled', (phase) => isEnding(this.#state, phase));
  }

  /** Why an attempt at a phase shall end; `undefined`: it shall not. */
  #stopReason(phase: number): StopReason | undefined {
    return this.#phase === 'stopping' ? 'stopped' : isEnding(this.#state, phase) ? 'cancelled' : undefined;
  }

  readonly #attemptEnded = (active: ActiveAttempt, outcome: AttemptEnd, at: number): void => {
    const { hooks, clock } = this.#parts.engine;
    const durationMs = Math.round(at - active.begunAt);
    const lost = this.#state.lost[active.phase]!;
    const known = { active, outcome, durationMs, lost, hooks, clock, views: this.#views, guard: this.guard };
    const judged = judge({ ...known, now: this.#loop.now, rules: this.#parts.rules });
    // Most outcomes need no second opinion: they are written in the turn in which they came.
    if (!(judged instanceof Promise)) return this.#record(active, judged);
    void judged.then((judgement) => this.#record(active, judgement)).catch((error) => this.#leave(error));
  };

  #record(active: ActiveAttempt, { draft, seen }: Judgement): void {
    if (this.#phase === 'left') return;
    const { hooks } = this.#parts.engine;
    const isTold = seen !== undefined && hooks.tapped.afterPhase;
    const tell = isTold ? (): void => this.#observers.add(this.#views.afterPhase(active, seen, hooks)) : undefined;
    this.#loop.submit([draft], tell);
    this.#loop.pump();
  }

  async #prepareRun(): Promise<void> {
    try {
      await this.#views.beforeRun(this.#parts.engine.hooks);
    } catch (error) {
      this.#refusal = { code: 'ORCH_HOOK_FAILED', message: this.guard.hide(messageOf(error)) };
      this.attempts.stopAll('stopped');
    }
    this.#prepared = true;
    this.#loop.pump();
  }

  #receive(body: Json, id: string): void {
    const cancel = cancelIn(body);
    if (cancel === undefined) return this.#recorder.warn('a message of an unknown type was dropped', [id]);
    if (this.#state.cancellingAll) return this.#recorder.warn('the run is being cancelled already', [id]);
    this.cancel(cancel.by, cancel.message, [id]);
  }

  #isDriving(): boolean {
    return this.#phase === 'driving' && !isTerminal(this.#state.status);
  }

  async #finish(stopped: boolean): Promise<void> {
    this.#phase = 'ended';
    this.#close();
    const { engine, fence } = this.#parts;
    await this.#observers.settled();
    await this.#views.afterRun(engine.hooks, stopped ? 'interrupted' : this.#state.status);
    await this.#loop.idle();
    await letGo(engine, this.#state.runId, fence);
    this.#settle.resolve(this.#state);
  }

  /** Nothing more is written, no effect of what was queued happens; commands are left alone. */
  #leave(error: unknown): void {
    const { engine, fence } = this.#parts;
    // While it is being detached, too: what is not committed is no result.
    this.#settle.reject(isError(error) ? error : new Error(messageOf(error)));
    if (this.#phase === 'left') return;
    this.#phase = 'left';
    rememberToken(engine, this.#state.runId, fence.token, error);
    this.#close();
    this.#loop.abandon();
    this.#views.abort('stopped');
  }

  #close(): void {
    this.#loop.close();
    this.#lease.close();
    this.#inbox.close();
    this.attempts.abandon();
  }

  /** A lease that can't be checked is no lease: nothing is done in the world without it. */
  async #holds(): Promise<boolean> {
    try {
      return await this.#lease.holds();
    } catch (error) {
      this.#leave(error);
      return false;
    }
  }
}
