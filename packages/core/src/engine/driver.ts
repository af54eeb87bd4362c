import type { Executor, Outcome, StopReason } from '../executor/executor.ts';
import type { Json } from '../json.ts';
import type { EventBody, RunEvent, SerializedError } from '../run/event.ts';
import { apply } from '../run/apply.ts';
import { decide, nextWakeAt } from '../run/decide.ts';
import type { Draft } from '../run/decide.ts';
import type { Fence } from '../run/owner.ts';
import { isTerminal } from '../run/state.ts';
import type { RunState, Running } from '../run/state.ts';
import { messageOf, orchError } from '../errors/orch-error.ts';
import { AttemptRunner } from './attempt-runner.ts';
import type { ActiveAttempt, AttemptEnd } from './attempt-runner.ts';
import { InboxPoller } from './inbox-poller.ts';
import { JournalWriter } from './journal-writer.ts';
import { LeaseKeeper, leaseMs } from './lease.ts';
import { judge } from './judge.ts';
import { cancelIn } from './messages.ts';
import { runClock } from './run-clock.ts';
import type { EngineParts } from './run-parts.ts';
import { RunViews } from './run-views.ts';
import { summaryOf } from './summary.ts';

export interface DriverParts {
  readonly engine: EngineParts;
  readonly state: RunState;
  readonly fence: Fence;
  readonly resumed: boolean;
  readonly executorOf: (kind: string) => Executor;
}

/** An attempt of an earlier process that goes on. */
export interface AdoptedAttempt {
  readonly active: ActiveAttempt;
  readonly outcome: Promise<Outcome>;
}

/** What a take-up begins with. */
export interface Beginning {
  /** Events that stand in the journal already: those that created the run. */
  readonly committed?: readonly RunEvent[];
  readonly drafts?: readonly Draft[];
  readonly adopted?: readonly AdoptedAttempt[];
  /** Messages whose effect the drafts are. */
  readonly handled?: readonly string[];
}

/** At most so many warnings of a take-up are journalled; the rest go to the log. */
const journalledWarnings = 100;

/**
 * Drives one run: the loop of `journal.md`. State runs ahead of the journal, effects run behind it: an outcome, a
 * message or a timer becomes an event and is applied; then `decide` is asked until it has no answer left; what came of
 * it is queued; and once an append is acknowledged, and only then, the effects of its events are performed in order.
 */
export class Driver {
  /** Settles when this process lets go of the run; rejects for infrastructure only. */
  readonly done: Promise<RunState>;
  readonly attempts: AttemptRunner;
  readonly #parts: DriverParts;
  readonly #state: RunState;
  readonly #now: () => number;
  readonly #writer: JournalWriter;
  readonly #lease: LeaseKeeper;
  readonly #inbox: InboxPoller;
  readonly #views: RunViews;
  /** What waits for a commit, by the version of the last event of its decision. */
  readonly #afterCommit = new Map<number, () => void>();
  readonly #observers = new Set<Promise<void>>();
  #settle!: { resolve: (state: RunState) => void; reject: (error: Error) => void };
  #cancelWake: () => void = () => {};
  #prepared = false;
  #phase: 'driving' | 'stopping' | 'ended' | 'left' = 'driving';
  #refusal: SerializedError | undefined;
  #warnings = 0;

  constructor(parts: DriverParts) {
    this.#parts = parts;
    const { engine, state, fence } = parts;
    this.#state = state;
    this.#now = runClock(engine.clock);
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#writer = new JournalWriter({
      backend: engine.backend,
      clock: engine.clock,
      runId: state.runId,
      fence,
      version: state.version,
      checkpointInterval: state.spec.checkpointInterval ?? 1,
      onCommitted: (events) => this.#committed(events),
      onFailed: (error) => this.#leave(error),
    });
    this.#lease = new LeaseKeeper(
      engine.clock,
      () => engine.backend.renew(state.runId, fence, leaseMs),
      () => this.#leave(lostLease(state.runId)),
    );
    this.#inbox = new InboxPoller(engine, state.runId, (body, id) => this.#receive(body, id));
    this.#views = new RunViews({
      state,
      resumed: parts.resumed,
      warn: ({ plugin, message }) => this.warn(message, [], plugin),
      record: (plugin, key, value) => this.#record({ type: 'plugin.recorded', plugin, key, value }),
    });
    const { hooks } = engine;
    this.attempts = new AttemptRunner({
      engine,
      state,
      executorOf: parts.executorOf,
      log: (phase) => this.#logOf(phase),
      holds: () => this.#lease.holds(),
      prepare: hooks.tapped.beforePhase ? (active) => this.#views.prepare(active, hooks) : undefined,
      onEnd: (active, outcome) => void this.#attemptEnded(active, outcome).catch((error) => this.#leave(error)),
    });
  }

  /** Begins with the events of the take-up. */
  begin({ committed = [], drafts = [], adopted = [], handled = [] }: Beginning): void {
    const { hooks } = this.#parts.engine;
    for (const event of committed) this.#views.told(event, hooks);
    this.#prepared = !hooks.tapped.beforeRun;
    const started = (): void => {
      for (const { active, outcome } of adopted)
        this.attempts.adopt(active, this.#state.phases[active.phase] as Running, outcome);
      if (!this.#prepared) void this.#prepareRun();
    };
    if (drafts.length > 0) this.#submit(drafts, started, handled);
    else started();
    this.#inbox.start();
    this.#pump();
  }

  /** Ends the attempts and lets go of the run, to be recovered; a second call kills without grace. */
  stop(): void {
    if (this.#phase === 'stopping') return this.attempts.killAll();
    if (this.#phase !== 'driving' || isTerminal(this.#state.status)) return;
    this.#phase = 'stopping';
    this.#views.abort('stopped');
    this.attempts.stopAll('stopped');
    this.#pump();
  }

  /** Ends the run for good. */
  cancel(by: string, message?: string, handled: readonly string[] = []): void {
    if (this.#phase !== 'driving' || isTerminal(this.#state.status) || this.#state.cancelling !== undefined) return;
    const said = message === undefined ? {} : { message };
    this.#submit([{ type: 'run.cancelling', by, reason: 'cancel', ...said }], undefined, handled);
    this.#pump();
  }

  /** Lets go at once and leaves the commands alone. */
  async detach(): Promise<void> {
    if (this.#phase === 'ended' || this.#phase === 'left') return;
    this.#phase = 'left';
    this.#close();
    await this.#writer.idle();
    this.#writer.abandon();
    await this.#parts.engine.backend.release(this.#state.runId, this.#parts.fence);
    this.#settle.resolve(this.#state);
  }

  /** Asks until there is no answer left. */
  #pump(): void {
    for (;;) {
      const drafts = this.#next();
      if (drafts.length === 0) break;
      this.#submit(drafts);
    }
    this.#armWake();
  }

  /** A timer has nobody to throw at. */
  #wake(): void {
    try {
      this.#pump();
    } catch (error) {
      this.#leave(error);
    }
  }

  #next(): readonly Draft[] {
    const state = this.#state;
    if (this.#phase === 'ended' || this.#phase === 'left' || isTerminal(state.status)) return [];
    if (this.#phase === 'stopping') {
      if (state.counts.running > 0) return [];
      this.#phase = 'ended';
      return [{ type: 'run.stopped', reason: 'signal' }];
    }
    if (this.#refusal !== undefined)
      return state.counts.running > 0 ? [] : [{ type: 'run.failed', reason: 'hook', error: this.#refusal }];
    if (!this.#prepared && state.cancelling === undefined) return [];
    return decide(state, this.#now());
  }

  #submit(drafts: readonly Draft[], after?: () => void, handled: readonly string[] = []): void {
    const events: RunEvent[] = [];
    for (const draft of drafts) {
      const event = this.#stamp(draft);
      apply(this.#state, event);
      events.push(event);
    }
    if (after !== undefined) this.#afterCommit.set(this.#state.version, after);
    this.#writer.add(events, summaryOf(this.#state), handled);
  }

  #stamp(draft: Draft): RunEvent {
    const { engine, fence } = this.#parts;
    const stamp = { version: this.#state.version + 1, at: engine.clock.now(), epoch: fence.epoch };
    if (draft.type !== 'phase.started') return { ...(draft as EventBody), ...stamp };
    const { timeoutMs } = draft;
    const deadline = timeoutMs === undefined ? {} : { deadline: Math.round(engine.clock.monotonic() + timeoutMs) };
    return { ...draft, key: engine.ids.random(), ...deadline, ...stamp };
  }

  #committed(events: readonly RunEvent[]): void {
    this.#lease.touch();
    if (this.#phase === 'left') return;
    for (const event of events) {
      this.#views.told(event, this.#parts.engine.hooks);
      this.#perform(event);
      const after = this.#afterCommit.get(event.version);
      if (after === undefined) continue;
      this.#afterCommit.delete(event.version);
      after();
    }
    this.#pump();
  }

  #perform(event: RunEvent): void {
    switch (event.type) {
      case 'phase.started':
        return this.#startAttempt(event.phase);
      case 'checkpoint.created':
        return this.#observe(this.#views.checkpoint(event, this.#parts.engine.hooks));
      case 'run.cancelling':
        this.#views.abort('cancelled');
        return this.attempts.stopAll('cancelled');
      case 'run.stopped':
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        void this.#finish(event.type === 'run.stopped').catch((error) => this.#leave(error));
        return;
      default:
    }
  }

  #startAttempt(name: string): void {
    const phase = this.#state.graph.indexOf.get(name)!;
    this.attempts.start(phase, this.#state.phases[phase] as Running);
    const reason = this.#stopReason();
    // The order to stop came between the commit and its effect.
    if (reason !== undefined) this.attempts.stopAll(reason);
  }

  #stopReason(): StopReason | undefined {
    if (this.#phase === 'stopping') return 'stopped';
    return this.#state.cancelling === undefined ? undefined : 'cancelled';
  }

  async #attemptEnded(active: ActiveAttempt, outcome: AttemptEnd): Promise<void> {
    const { hooks, clock } = this.#parts.engine;
    const durationMs = Math.round(clock.monotonic() - active.begunAt);
    const judged = judge({ active, outcome, durationMs, views: this.#views, hooks, clock, now: this.#now });
    // Most outcomes need no second opinion: they are written in the turn in which they came.
    const { draft, seen } = judged instanceof Promise ? await judged : judged;
    if (this.#phase === 'left') return;
    this.#submit([draft], () => {
      if (seen !== undefined) this.#observe(this.#views.afterPhase(active, seen, hooks));
    });
    this.#pump();
  }

  async #prepareRun(): Promise<void> {
    try {
      await this.#views.beforeRun(this.#parts.engine.hooks);
    } catch (error) {
      this.#refusal = { code: 'ORCH_HOOK_FAILED', message: messageOf(error) };
      this.attempts.stopAll('stopped');
    }
    this.#prepared = true;
    this.#pump();
  }

  #receive(body: Json, id: string): void {
    const cancel = cancelIn(body);
    if (cancel === undefined) return this.warn('a message of an unknown type was dropped', [id]);
    if (this.#state.cancelling !== undefined) return this.warn('the run is being cancelled already', [id]);
    this.cancel(cancel.by, cancel.message, [id]);
  }

  /** Journals a warning while there is room, and always says it. */
  warn(message: string, handled: readonly string[] = [], plugin?: string): void {
    const log = this.#parts.engine.log;
    log.warn(plugin === undefined ? message : `${plugin}: ${message}`);
    if (this.#phase === 'ended' || this.#phase === 'left' || isTerminal(this.#state.status)) return;
    if (handled.length === 0 && ++this.#warnings > journalledWarnings) return;
    this.#submit([{ type: 'warning', message, ...(plugin === undefined ? {} : { plugin }) }], undefined, handled);
  }

  #record(draft: Draft): Promise<void> {
    if (this.#phase !== 'driving' || isTerminal(this.#state.status))
      return Promise.reject(
        orchError({
          code: 'ORCH_RUN_FINISHED',
          message: `Run ${this.#state.runId} takes no more records: it has ended or stops.`,
        }),
      );
    return new Promise((resolve) => {
      this.#submit([draft], resolve);
    });
  }

  /** Observers are not waited for, until the run is let go. */
  #observe(observer: Promise<void> | undefined): void {
    if (observer === undefined) return;
    const settled = observer
      .catch((error: unknown) => this.warn(messageOf(error)))
      .finally(() => this.#observers.delete(settled));
    this.#observers.add(settled);
  }

  async #finish(stopped: boolean): Promise<void> {
    this.#phase = 'ended';
    this.#close();
    const { engine, fence } = this.#parts;
    while (this.#observers.size > 0) await Promise.all(this.#observers);
    await this.#views.afterRun(engine.hooks, stopped ? 'interrupted' : this.#state.status);
    await this.#writer.idle();
    await engine.backend.release(this.#state.runId, fence);
    this.#settle.resolve(this.#state);
  }

  /** Nothing more is written, no effect of what was queued happens; commands are left alone. */
  #leave(error: unknown): void {
    if (this.#phase === 'left') return;
    this.#phase = 'left';
    this.#close();
    this.#writer.abandon();
    this.#views.abort('stopped');
    this.#settle.reject(error instanceof Error ? error : new Error(messageOf(error)));
  }

  #close(): void {
    this.#cancelWake();
    this.#lease.close();
    this.#inbox.close();
    this.attempts.abandon();
  }

  #armWake(): void {
    this.#cancelWake();
    this.#cancelWake = () => {};
    if (this.#phase !== 'driving' || !this.#prepared) return;
    const at = nextWakeAt(this.#state);
    if (at !== undefined)
      this.#cancelWake = this.#parts.engine.clock.timer(Math.max(0, at - this.#now()), () => this.#wake());
  }

  #logOf(phase: string): { info(message: string): void; warn(message: string): void } {
    const { log } = this.#parts.engine;
    return {
      info: (message) => log.info(`${phase}: ${message}`),
      warn: (message) => log.warn(`${phase}: ${message}`),
    };
  }
}

function lostLease(runId: string): Error {
  return orchError({
    code: 'ORCH_RUN_LOST',
    message: `Run ${runId} is held by another process now. This one stopped driving it and left its commands alone.`,
    hint: `See who drives it: orch show ${runId}`,
  });
}
