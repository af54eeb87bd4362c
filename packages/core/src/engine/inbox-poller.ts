import type { Backend } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import { isOrchError, messageOf } from '../errors/orch-error.ts';
import type { Json } from '../json.ts';

/** How often the inbox of a driven run is looked at, at most; where the backend tells of changes, only after one. */
const pollEveryMs = 500;

export interface InboxPollerParts {
  readonly engine: { readonly backend: Pick<Backend, 'messages' | 'changed'>; readonly clock: Clock };
  readonly runId: string;
  /** Version of the newest event that is known here. */
  readonly version: () => number;
  readonly receive: (body: Json, id: string) => void;
  readonly warn: (message: string) => void;
}

/** Hands each message of a run's inbox to the driver, once in this take-up. */
export class InboxPoller {
  readonly #backend: InboxPollerParts['engine']['backend'];
  readonly #clock: Clock;
  readonly #runId: string;
  readonly #version: () => number;
  readonly #stop = new AbortController();
  readonly #receive: (body: Json, id: string) => void;
  readonly #warn: (message: string) => void;
  /** Handed over, but perhaps not yet gone from the inbox: they leave with the commit of their effect. */
  #seen = new Set<string>();
  #cancelTimer: () => void = () => {};
  #hasWarned = false;

  constructor({ engine, runId, version, receive, warn }: InboxPollerParts) {
    this.#backend = engine.backend;
    this.#clock = engine.clock;
    this.#runId = runId;
    this.#version = version;
    this.#receive = receive;
    this.#warn = warn;
  }

  start(): void {
    if (this.#stop.signal.aborted) return;
    this.#cancelTimer = this.#clock.timer(pollEveryMs, () => {
      void this.#look()
        .then(() => this.#untilChanged())
        .catch((error: unknown) => this.#refused(error))
        .then(() => this.start());
    });
  }

  close(): void {
    this.#cancelTimer();
    this.#stop.abort();
  }

  /** Out of reach for a moment: the next turn looks again, and the next append tells for good. Damage does not pass. */
  #refused(error: unknown): void {
    if (this.#stop.signal.aborted || this.#hasWarned || isOrchError(error, 'ORCH_BACKEND_UNAVAILABLE')) return;
    this.#hasWarned = true;
    this.#warn(`messages to the run can't be read, a cancel from outside is not heard: ${messageOf(error)}`);
  }

  async #untilChanged(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    await this.#backend.changed?.(this.#runId, this.#version(), this.#stop.signal);
  }

  async #look(): Promise<void> {
    const messages = await this.#backend.messages(this.#runId);
    if (this.#stop.signal.aborted) return;
    const present = new Set(messages.map(({ id }) => id));
    const fresh = messages.filter(({ id }) => !this.#seen.has(id));
    this.#seen = present;
    for (const { id, body } of fresh) this.#receive(body, id);
  }
}
