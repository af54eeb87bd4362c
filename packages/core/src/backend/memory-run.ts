import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { RunEvent, RunSummary } from '../run/event.ts';
import type { Fence } from '../run/owner.ts';
import { isTerminal } from '../run/state.ts';
import { notHeld } from './backend-errors.ts';
import type { Acquired, Appended, Commit, Holder, Message, Taking } from './backend.ts';

interface Lease extends Fence, Omit<Holder, 'expired'> {
  ttlMs: number;
  touchedAt: number;
}

/** A commit as text: what callers do to events that they handed in or read changes nothing here. */
interface StoredCommit {
  readonly fence: Fence;
  readonly text: string;
  /** Of its last event. */
  readonly version: number;
}

/** One run of the memory backend. */
export class MemoryRun {
  summary!: RunSummary;
  /** The taking that made the run. */
  readonly creator: Fence;
  readonly #id: string;
  readonly #now: () => number;
  #version = 0;
  #epoch: number;
  #lease: Lease | undefined;
  /** By the version before it, in order. */
  readonly #commits = new Map<number, StoredCommit>();
  /** Of each taking, by epoch. */
  readonly #tokens = new Map<number, string>();
  /** Bodies as text by id, in order of arrival; `undefined`: handled. */
  readonly #messages = new Map<string, string | undefined>();
  readonly #waiters = new Set<() => void>();

  constructor(
    id: string,
    now: () => number,
    first: Taking & Pick<Commit, 'events' | 'summary'> & { readonly after: number },
  ) {
    this.#id = id;
    this.#now = now;
    this.#epoch = first.after;
    this.creator = this.#take(first);
    this.#add({ expectedVersion: 0, fence: this.creator, events: first.events, summary: first.summary });
  }

  /** The newest, for who makes a run of the same id after this one is deleted. */
  get epoch(): number {
    return this.#epoch;
  }

  append(commit: Commit): Appended {
    const { fence, expectedVersion, events } = commit;
    if (this.#tokens.get(fence.epoch) !== fence.token) throw notHeld(this.#id, fence.epoch);
    const stored = this.#commits.get(expectedVersion);
    // Before the question who holds the run: what was written once stays written.
    if (stored?.fence.epoch === fence.epoch) {
      if (stored.text !== JSON.stringify(events)) throw otherEvents(this.#id, commit);
      return { status: 'ok' };
    }
    if (!this.holds(fence)) return { status: 'lost-lease', epoch: this.#epoch };
    if (expectedVersion !== this.#version) return { status: 'conflict', version: this.#version };
    this.#add(commit);
    this.#lease!.touchedAt = this.#now();
    return { status: 'ok' };
  }

  *read(after: number): Generator<readonly RunEvent[]> {
    for (const { text, version } of this.#commits.values())
      if (version > after) yield (JSON.parse(text) as RunEvent[]).filter((event) => event.version > after);
  }

  acquire(taking: Taking): Acquired {
    const lease = this.#lease;
    if (lease?.token === taking.token) {
      this.renew(lease, taking.ttlMs);
      return { status: 'held', fence: { epoch: lease.epoch, token: lease.token } };
    }
    const holder = this.holder();
    if (holder !== undefined && !mayTakeOver(holder, taking)) return { status: 'taken', ...holder };
    return { status: 'held', fence: this.#take(taking) };
  }

  holder(): Holder | undefined {
    if (this.#lease === undefined) return undefined;
    const { by, epoch, since, ttlMs, touchedAt } = this.#lease;
    return { by, epoch, since, expired: this.#now() > touchedAt + ttlMs };
  }

  holds({ epoch, token }: Fence): boolean {
    return this.#lease?.epoch === epoch && this.#lease.token === token;
  }

  renew(fence: Fence, ttlMs: number): boolean {
    if (!this.holds(fence)) return false;
    Object.assign(this.#lease!, { ttlMs, touchedAt: this.#now() });
    return true;
  }

  release(fence: Fence): void {
    if (this.holds(fence)) this.#lease = undefined;
  }

  /** Rejects where the fence does not hold. */
  checkHeld(fence: Fence): void {
    if (!this.holds(fence)) throw notHeld(this.#id, fence.epoch);
  }

  post({ id, body }: Message): 'posted' | 'finished' {
    if (isTerminal(this.summary.status)) return 'finished';
    if (!this.#messages.has(id)) this.#messages.set(id, JSON.stringify(body));
    this.wake();
    return 'posted';
  }

  messages(): readonly Message[] {
    return [...this.#messages].flatMap(([id, text]) =>
      text === undefined ? [] : [{ id, body: JSON.parse(text) as Message['body'] }],
    );
  }

  changed(after: number, signal: AbortSignal): Promise<void> {
    if (this.#version > after || this.messages().length > 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#waiters.delete(settle);
        signal.removeEventListener('abort', settle);
        resolve();
      };
      this.#waiters.add(settle);
      signal.addEventListener('abort', settle);
    });
  }

  /** Lets everybody look again who waits for a change. */
  wake(): void {
    for (const settle of this.#waiters) settle();
  }

  #take({ owner, token, ttlMs }: Taking): Fence {
    this.#epoch++;
    this.#tokens.set(this.#epoch, token);
    const since = this.#now();
    this.#lease = { by: Object.freeze({ ...owner }), epoch: this.#epoch, token, since, ttlMs, touchedAt: since };
    return Object.freeze({ epoch: this.#epoch, token });
  }

  #add({ expectedVersion, fence, events, summary, handled = [] }: Omit<Commit, 'flush'>): void {
    this.#version = expectedVersion + events.length;
    const text = JSON.stringify(events);
    this.#commits.set(expectedVersion, { fence: { ...fence }, text, version: this.#version });
    this.summary = Object.freeze({ ...summary });
    for (const id of handled) this.#messages.set(id, undefined);
    this.wake();
  }
}

function otherEvents(run: string, { expectedVersion, fence }: Commit): OrchError {
  return orchError({
    code: 'ORCH_JOURNAL_DAMAGED',
    message: `Run ${run}: epoch ${fence.epoch} sent the commit after version ${expectedVersion} again with other events.`,
  });
}

function mayTakeOver({ epoch, expired }: Holder, { overEpoch, ifExpired = false }: Taking): boolean {
  return epoch === overEpoch && (expired || !ifExpired);
}
