import type { Acquired, Backend, Holder } from '../backend/backend.ts';
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
    if (!(await mayTakeFrom(answer, host, takeOver))) throw owned(runId, answer, host);
    answer = await backend.acquire(runId, { ...taking, overEpoch: answer.epoch });
  }
  if (answer.status === 'taken') throw owned(runId, answer, host);
  return answer.fence;
}

async function mayTakeFrom(holder: Holder, host: Host, takeOver: boolean): Promise<boolean> {
  switch (host.look(holder.by)) {
    case 'dead':
      return true;
    case 'unknown':
      return holder.expired;
    case 'alive':
      return takeOver && holder.by.pid !== host.owner.pid && (await host.end(holder.by));
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

/** Another process drives the run now. */
export function runLost(runId: string, why: string): OrchError {
  return orchError({
    code: 'ORCH_RUN_LOST',
    message: `Run ${runId} was taken over by another process: ${why}. This one stopped driving it and left its commands alone.`,
    hint: `See who drives it: orch show ${runId}`,
  });
}

/** Keeps a lease alive, and knows how old it is. */
export class LeaseKeeper {
  readonly #renew: () => Promise<boolean>;
  readonly #clock: Clock;
  readonly #onLost: () => void;
  #wall: number;
  #monotonic: number;
  #cancelTimer: () => void = () => {};
  #closed = false;

  constructor(clock: Clock, renew: () => Promise<boolean>, onLost: () => void) {
    this.#clock = clock;
    this.#renew = renew;
    this.#onLost = onLost;
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
    this.#arm();
  }

  /**
   * A renewal or an append is on its way: to be called with the answer of this once it is acknowledged. The lease is then
   * as old as the sending, for the process may have slept with the acknowledgement in its hands.
   */
  sending(): () => void {
    const wall = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    return () => {
      this.#wall = wall;
      this.#monotonic = monotonic;
    };
  }

  /**
   * Before any effect on the world: past its time to live a lease is renewed first (a suspended machine, a stopped
   * process). `false`: it is somebody else's now.
   */
  async holds(): Promise<boolean> {
    if (!this.isOld()) return true;
    return this.#renewNow();
  }

  /** Whether the last renewal is longer ago than the lease lives, by the larger of the two clocks. */
  isOld(): boolean {
    const ageMs = Math.max(this.#clock.now() - this.#wall, this.#clock.monotonic() - this.#monotonic);
    return ageMs > leaseMs;
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  async #renewNow(): Promise<boolean> {
    const renewed = this.sending();
    const held = await this.#renew();
    if (held) renewed();
    else if (!this.#closed) this.#onLost();
    return held;
  }

  #arm(): void {
    this.#cancelTimer = this.#clock.timer(renewEveryMs, () => {
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
