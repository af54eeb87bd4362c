import type { Acquired, Backend, Holder, Taking } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { Fence } from '../run/owner.ts';
import type { Host } from './host.ts';

/** How long a lease lives without a renewal or an append. */
export const leaseMs = 30_000;
const renewEveryMs = 10_000;

export interface TakeRequest {
  readonly backend: Pick<Backend, 'acquire'>;
  readonly host: Host;
  readonly runId: string;
  readonly token: string;
  /** Kill a live owner on this host first. */
  readonly takeOver: boolean;
}

/**
 * Takes a run. On the same machine, boot and pid namespace the owner's process is the lease: while it exists, stopped
 * or blocked included, the run is held; gone, it is free at once. Elsewhere the time to live counts.
 */
export async function takeRun({ backend, host, runId, token, takeOver }: TakeRequest): Promise<Fence> {
  const taking = { owner: host.owner, token, ttlMs: leaseMs };
  let answer: Acquired = await backend.acquire(runId, taking);
  if (answer.status === 'taken') {
    const permit = await mayTakeFrom(runId, answer, { host, takeOver });
    if (permit === undefined) throw owned(runId, answer, host);
    answer = await backend.acquire(runId, { ...taking, overEpoch: answer.epoch, ...permit });
  }
  if (answer.status === 'taken') throw owned(runId, answer, host);
  return answer.fence;
}

/** How a run may be taken from its holder; `undefined`: not at all. */
async function mayTakeFrom(
  runId: string,
  holder: Holder,
  { host, takeOver }: { readonly host: Host; readonly takeOver: boolean },
): Promise<Pick<Taking, 'ifExpired'> | undefined> {
  switch (host.look(holder.by)) {
    case 'dead':
      return {};
    case 'unknown':
      // It may be awake again by the time that we take.
      return holder.expired ? { ifExpired: true } : undefined;
    case 'alive':
      // Nobody ends the process that they are.
      if (!takeOver || holder.by.pid === host.owner.pid) return undefined;
      if (await host.end(holder.by)) return {};
      throw notEnded(runId, holder);
  }
}

/** Whether a run that says running is driven by anybody. */
export function isHeld(holder: Holder | undefined, host: Host): boolean {
  if (holder === undefined) return false;
  const seen = host.look(holder.by);
  return seen === 'alive' || (seen === 'unknown' && !holder.expired);
}

function owned(runId: string, { by, since }: Holder, host: Host): OrchError {
  const seen = host.look(by) === 'alive';
  return orchError({
    code: 'ORCH_RUN_OWNED',
    message: `Run ${runId} is driven by process ${by.pid} on ${by.host} since ${new Date(since).toISOString()}.`,
    hint: seen
      ? `Let it go on, or end it and take its place: orch recover ${runId} --take-over`
      : `Its process can't be seen from here; if it is gone, the run is free ${leaseMs / 1000} s after its last sign of life.`,
  });
}

function notEnded(runId: string, { by }: Holder): OrchError {
  return orchError({
    code: 'ORCH_RUN_TAKE_OVER',
    message: `Run ${runId} is driven by process ${by.pid} on ${by.host}, which could not be killed.`,
    hint: "Is it another user's, or stuck in the kernel (state D in ps)? End it, then recover the run.",
  });
}

/** Another process drives the run now. */
export function runLost(runId: string, why: string): OrchError {
  return orchError({
    code: 'ORCH_RUN_LOST',
    message: `Run ${runId} was taken over by another process: ${why}. This one stopped driving it and left its commands alone.`,
    hint: `See who drives it: orch show ${runId}`,
  });
}

/** A moment on both clocks: one may jump, the other may stand still while the machine sleeps. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

export function momentOf(clock: Clock): Moment {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

export interface LeaseKeeperParts {
  readonly clock: Clock;
  /** When the taking of the run was asked for. */
  readonly takenAt: Moment;
  readonly renew: () => Promise<boolean>;
  /** Called once it is known to be somebody else's. */
  readonly onLost: () => void;
}

/** Keeps a lease alive, and knows how old it is. */
export class LeaseKeeper {
  readonly #parts: LeaseKeeperParts;
  #renewedAt: Moment;
  #cancelTimer: () => void = () => {};
  #closed = false;

  constructor(parts: LeaseKeeperParts) {
    this.#parts = parts;
    this.#renewedAt = parts.takenAt;
    this.#arm();
  }

  /**
   * A renewal or an append is on its way: to be called with the answer of this once it is acknowledged. The lease is then
   * as old as the sending, for the process may have slept with the acknowledgement in its hands.
   */
  sending(monotonic: number = this.#parts.clock.monotonic()): () => void {
    const sentAt = { wall: this.#parts.clock.now(), monotonic };
    return () => {
      this.#renewedAt = sentAt;
    };
  }

  /**
   * Before any effect on the world: past its time to live a lease is renewed first (a suspended machine, a stopped
   * process). `false`: it is somebody else's now.
   */
  async holds(): Promise<boolean> {
    // A renewal may be old by the time its answer is read.
    while (this.isOld()) if (!(await this.#renewNow())) return false;
    return true;
  }

  /** Whether the last renewal is longer ago than the lease lives, by the larger of the two clocks. */
  isOld(now: Moment = momentOf(this.#parts.clock)): boolean {
    const { wall, monotonic } = this.#renewedAt;
    return Math.max(now.wall - wall, now.monotonic - monotonic) > leaseMs;
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  async #renewNow(): Promise<boolean> {
    const renewed = this.sending();
    const held = await this.#parts.renew();
    if (held) renewed();
    else if (!this.#closed) this.#parts.onLost();
    return held;
  }

  #arm(): void {
    this.#cancelTimer = this.#parts.clock.timer(renewEveryMs, () => {
      // A backend out of reach is no proof of a lost lease: the next turn, or the next append, tells.
      this.#renewNow()
        .catch(() => true)
        .finally(() => {
          if (!this.#closed) this.#arm();
        })
        .catch(() => false);
    });
  }
}
