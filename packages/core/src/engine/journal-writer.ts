import type { Appended, Backend, Commit } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import { isError, isOrchError, messageOf } from '../errors/orch-error.ts';
import type { RunEvent, RunSummary } from '../run/event.ts';
import type { Fence } from '../run/owner.ts';
import { runLost } from './lease.ts';

export interface JournalWriterParts {
  readonly backend: Pick<Backend, 'append'>;
  readonly clock: Clock;
  readonly runId: string;
  readonly fence: Fence;
  /** Version of the newest event that is committed. */
  readonly version: number;
  /** Phase completions per forced flush. */
  readonly checkpointInterval: () => number;
  /** Whether anything else may end in this turn of the event loop, and so leave with the same commit. */
  readonly mayJoin: () => boolean;
  /** Called before a commit is sent, at this monotonic time; what it answers is called once that is acknowledged. */
  readonly sending: (at: number) => () => void;
  /** Called once for each commit, after it was acknowledged, before the next is sent. */
  readonly onCommitted: (events: readonly RunEvent[]) => void;
  /** Called at most once: nothing more will be written. */
  readonly onFailed: (error: Error) => void;
}

/** What one decision adds to the journal: its events stay together. */
interface Batch {
  readonly events: readonly RunEvent[];
  readonly summary: RunSummary;
  readonly handled: readonly string[];
  readonly bytes: number;
}

/** A commit holds at most so much; one decision may exceed it alone. */
const commitLimit = { events: 1_000, bytes: 2 ** 20 };

/** How long the journal is written without a turn of the event loop. */
const turnEveryMs = 5;

/** A commit whose fate is unknown is sent again, byte for byte, after these pauses. */
const resendAfterMs = [100, 1_000, 3_000];

/** With a `checkpoint_interval` above 1, these are flushed all the same. */
const flushed: ReadonlySet<RunEvent['type']> = new Set([
  'run.started',
  'run.reset',
  'run.replanned',
  'run.cancelling',
  'run.waiting',
  'run.stopped',
  'run.completed',
  'run.failed',
  'run.cancelled',
  'phase.approved',
  'phase.rejected',
]);

/** Group commit: one append is in flight at a time and takes what is queued. */
export class JournalWriter {
  readonly #parts: JournalWriterParts;
  readonly #idle: (() => void)[] = [];
  #queue: Batch[] = [];
  #version: number;
  #completions = 0;
  #turnAt = -Infinity;
  #busy = false;
  #failed = false;

  constructor(parts: JournalWriterParts) {
    this.#parts = parts;
    this.#version = parts.version;
  }

  /** Queues the events of one decision. */
  add(events: readonly RunEvent[], summary: RunSummary, handled: readonly string[] = []): void {
    if (this.#failed) return;
    let bytes = 0;
    for (const event of events) bytes += weigh(event);
    this.#queue.push({ events, summary, handled, bytes });
    if (!this.#busy) void this.#send();
  }

  /** Settles when nothing is queued or in flight. */
  idle(): Promise<void> {
    return this.#busy ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  /** Writes nothing more; what is in flight may still arrive. */
  abandon(): void {
    this.#failed = true;
    this.#queue = [];
  }

  async #send(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#queue.length > 0) {
        const asked = this.#parts.clock.monotonic();
        // What one outcome leads to is queued behind it, and leaves with it in any case.
        const at = await (this.#parts.mayJoin() || this.#isTurnDue(asked) ? this.#nextTurn() : asked);
        const commit = this.#takeCommit();
        if (commit === undefined) break;
        const acknowledged = this.#parts.sending(at);
        try {
          this.#check(commit, await this.#parts.backend.append(this.#parts.runId, commit));
        } catch (error) {
          await this.#resend(commit, error);
        }
        if (this.#failed) break;
        this.#version = commit.summary.version;
        acknowledged();
        this.#parts.onCommitted(commit.events);
      }
    } catch (error) {
      if (!this.#failed) {
        this.abandon();
        this.#parts.onFailed(isError(error) ? error : new Error(messageOf(error)));
      }
    } finally {
      this.#busy = false;
      for (const settle of this.#idle.splice(0)) settle();
    }
  }

  /** What ended in this turn of the event loop leaves together. Answers with monotonic time. */
  async #nextTurn(): Promise<number> {
    await new Promise(setImmediate);
    this.#turnAt = this.#parts.clock.monotonic();
    return this.#turnAt;
  }

  /** Phases that end at once, one after another, must not keep timers and signals waiting. */
  #isTurnDue(now: number): boolean {
    return now - this.#turnAt > turnEveryMs;
  }

  #takeCommit(): Commit | undefined {
    const events: RunEvent[] = [];
    const handled: string[] = [];
    let summary: RunSummary | undefined;
    let count = 0;
    let bytes = 0;
    for (const batch of this.#queue) {
      bytes += batch.bytes;
      if (count > 0 && (events.length + batch.events.length > commitLimit.events || bytes > commitLimit.bytes)) break;
      for (const event of batch.events) events.push(event);
      for (const id of batch.handled) handled.push(id);
      summary = batch.summary;
      count++;
    }
    if (summary === undefined) return undefined;
    this.#queue.splice(0, count);
    const flush = this.#mustFlush(events);
    const commit = { expectedVersion: this.#version, fence: this.#parts.fence, events, summary, flush };
    return handled.length > 0 ? { ...commit, handled } : commit;
  }

  #mustFlush(events: readonly RunEvent[]): boolean {
    const interval = this.#parts.checkpointInterval();
    let forced = interval === 1;
    for (const { type } of events) {
      if (type === 'phase.completed') this.#completions++;
      forced ||= flushed.has(type);
    }
    if (!forced && this.#completions < interval) return false;
    this.#completions = 0;
    return true;
  }

  #check({ expectedVersion }: Commit, answer: Appended): void {
    if (answer.status === 'ok') return;
    throw runLost(
      this.#parts.runId,
      answer.status === 'lost-lease'
        ? `epoch ${answer.epoch} holds it`
        : `it is at version ${answer.version}, not at ${expectedVersion}`,
    );
  }

  async #resend(commit: Commit, why: unknown): Promise<void> {
    const { backend, clock, runId } = this.#parts;
    let failure = why;
    for (const pauseMs of resendAfterMs) {
      if (this.#failed || !isPassing(failure)) break;
      await new Promise<void>((resolve) => clock.timer(pauseMs, resolve));
      if (this.#failed) break;
      try {
        return this.#check(commit, await backend.append(runId, commit));
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }
}

/** An unreachable backend may be reachable again; all other errors stay what they are. */
function isPassing(error: unknown): boolean {
  return isOrchError(error, 'ORCH_BACKEND_UNAVAILABLE');
}

/** Bytes of an event as JSON, roughly: exact only for those that can be large. */
function weigh(event: RunEvent): number {
  switch (event.type) {
    case 'run.created':
    case 'phase.failed':
    case 'plugin.recorded':
      return JSON.stringify(event).length;
    case 'phase.completed':
      return event.output === undefined ? 200 : 200 + JSON.stringify(event.output).length;
    case 'phase.skipped':
    case 'phase.cancelled':
    case 'run.reset':
      return 200 + event.phases.reduce((sum, name) => sum + name.length + 3, 0);
    default:
      return 300;
  }
}
