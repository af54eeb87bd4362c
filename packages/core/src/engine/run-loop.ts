import { orchError } from '../errors/orch-error.ts';
import { apply } from '../run/apply.ts';
import { nextWakeAt } from '../run/decide.ts';
import type { Draft, Moment } from '../run/decide.ts';
import type { RunEvent } from '../run/event.ts';
import type { Fence } from '../run/owner.ts';
import type { RunState } from '../run/state.ts';
import { JournalWriter } from './journal-writer.ts';
import { runClock } from './run-clock.ts';
import type { EngineParts } from './run-parts.ts';
import { summaryOf } from './summary.ts';

type Times = Pick<Moment, 'now' | 'wall'>;

export interface RunLoopParts {
  readonly engine: EngineParts;
  readonly state: RunState;
  readonly fence: Fence;
  /** What is to happen next at this moment; nothing: the loop waits. */
  readonly next: (moment: Times) => readonly Draft[];
  /** Performs the effects of an event: it is committed. */
  readonly perform: (event: RunEvent) => void;
  /** Whether anything else may end in this turn of the event loop. */
  readonly mayJoin: () => boolean;
  /** Called before a commit is sent, at this monotonic time; what it answers is called once that is acknowledged, before its effects. */
  readonly sending: (at: number) => () => void;
  /** Called at most once: nothing more will be written, and no effect of what was queued will happen. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * The loop. State runs ahead of the journal, effects run behind it: an outcome, a message or a timer becomes an event
 * and is applied; then `next` is asked until it has no answer left; what came of it is queued; and once an append is
 * acknowledged, and only then, the effects of its events are performed in order.
 */
export class RunLoop {
  readonly now: () => number;
  readonly #parts: RunLoopParts;
  readonly #writer: JournalWriter;
  /** What waits for a commit, by the version of the last event of its decision. */
  readonly #afterCommit = new Map<number, () => void>();
  /** Who waits for a commit that may never come. */
  readonly #waiting = new Set<() => void>();
  #cancelWake: () => void = nothingToCancel;
  #closed = false;

  constructor(parts: RunLoopParts) {
    this.#parts = parts;
    const { engine, state, fence } = parts;
    this.now = runClock(engine.clock);
    this.#writer = new JournalWriter({
      backend: engine.backend,
      clock: engine.clock,
      runId: state.runId,
      fence,
      version: state.version,
      checkpointInterval: () => state.spec.checkpointInterval ?? 1,
      mayJoin: parts.mayJoin,
      sending: parts.sending,
      onCommitted: this.#committed,
      onFailed: parts.onFailed,
    });
  }

  /** Applies and queues the events of one decision. `after` is called once they are committed. */
  submit(drafts: readonly Draft[], after?: () => void, handled: readonly string[] = []): void {
    const { state, engine } = this.#parts;
    const at = engine.clock.now();
    const events: RunEvent[] = [];
    for (const draft of drafts) {
      const event = this.#stamp(draft, at);
      apply(state, event);
      events.push(event);
    }
    if (after !== undefined) this.#afterCommit.set(state.version, after);
    this.#writer.add(events, summaryOf(state), handled);
  }

  /** The same; settles once they are committed, rejects when nothing more is written. */
  write(drafts: readonly Draft[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => reject(notWritten(this.#parts.state.runId));
      this.#waiting.add(giveUp);
      this.submit(drafts, () => {
        this.#waiting.delete(giveUp);
        resolve();
      });
    });
  }

  /** Asks until there is no answer left. */
  pump(): void {
    // One moment for all that follows from it; looking at the clock is dear beside the rest.
    const moment = { now: this.now(), wall: this.#parts.engine.clock.now() };
    for (;;) {
      const drafts = this.#closed ? [] : this.#parts.next(moment);
      if (drafts.length === 0) return this.#armWake(moment);
      this.submit(drafts);
    }
  }

  /** Settles when nothing is queued or in flight. */
  idle(): Promise<void> {
    return this.#writer.idle();
  }

  /** Decides nothing more; what is queued is still written. */
  close(): void {
    this.#closed = true;
    this.#cancelWake();
  }

  /** Writes nothing more either; what is in flight may still arrive, but has no effects. */
  abandon(): void {
    this.close();
    this.#writer.abandon();
    for (const giveUp of this.#waiting) giveUp();
    this.#waiting.clear();
  }

  /** `wall`: when it was decided. */
  #stamp(draft: Draft, wall: number): RunEvent {
    const { engine, fence, state } = this.#parts;
    const { type } = draft;
    // What is left of a backoff is measured from the take-up, on the clock that it is waited for with.
    const at = type === 'run.started' ? Math.round(this.now()) : wall;
    // The type first: people read journals too.
    const stamped = { type, version: state.version + 1, at, epoch: fence.epoch, ...(draft as object) } as RunEvent;
    if (stamped.type !== 'phase.started') return stamped;
    const started = { ...stamped, key: engine.ids.random() };
    if (stamped.timeoutMs === undefined) return started;
    return { ...started, deadline: Math.round(engine.clock.monotonic() + stamped.timeoutMs) };
  }

  readonly #committed = (events: readonly RunEvent[]): void => {
    for (const event of events) {
      this.#parts.perform(event);
      const after = this.#afterCommit.get(event.version);
      if (after === undefined) continue;
      this.#afterCommit.delete(event.version);
      after();
    }
    this.pump();
  };

  /** `asked`: the moment at which there was no answer left. What becomes due after it needs a timer, even if it is past by now. */
  #armWake(asked: Times): void {
    this.#cancelWake();
    this.#cancelWake = nothingToCancel;
    if (this.#closed) return;
    const at = nextWakeAt(this.#parts.state, asked);
    // What is due already and was not decided waits for something else: it will be asked for again then.
    if (at === undefined || at <= asked.now) return;
    this.#cancelWake = this.#parts.engine.clock.timer(Math.max(0, at - this.now()), () => this.#wake());
  }

  /** A timer has nobody to throw at. */
  #wake(): void {
    try {
      this.pump();
    } catch (error) {
      this.#parts.onFailed(error);
    }
  }
}

const nothingToCancel = (): void => {};

/** Of what a plugin wanted to be remembered. */
export function notWritten(runId: string): Error {
  return orchError({
    code: 'ORCH_RUN_FINISHED',
    message: `Run ${runId} takes no more records: it has ended or stops.`,
  });
}
