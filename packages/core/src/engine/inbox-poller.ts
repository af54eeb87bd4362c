import type { Backend } from '../backend/backend.ts';
import type { Clock } from '../clock.ts';
import type { Json } from '../json.ts';

/** How often the inbox of a driven run is looked at. */
const pollEveryMs = 500;

/** Hands each message of a run's inbox to the driver, once in this take-up. */
export class InboxPoller {
  readonly #backend: Pick<Backend, 'messages'>;
  readonly #clock: Clock;
  readonly #runId: string;
  readonly #receive: (body: Json, id: string) => void;
  /** Handed over, but perhaps not yet gone from the inbox: they leave with the commit of their effect. */
  #seen = new Set<string>();
  #cancelTimer: () => void = () => {};
  #closed = false;

  constructor(
    { backend, clock }: { readonly backend: Pick<Backend, 'messages'>; readonly clock: Clock },
    runId: string,
    receive: (body: Json, id: string) => void,
  ) {
    this.#backend = backend;
    this.#clock = clock;
    this.#runId = runId;
    this.#receive = receive;
  }

  start(): void {
    if (this.#closed) return;
    this.#cancelTimer = this.#clock.timer(pollEveryMs, () => {
      // Out of reach for a moment: the next turn looks again, and the next append tells for good.
      void this.#look()
        .catch(() => undefined)
        .then(() => this.start());
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  async #look(): Promise<void> {
    const messages = await this.#backend.messages(this.#runId);
    if (this.#closed) return;
    const present = new Set(messages.map(({ id }) => id));
    const fresh = messages.filter(({ id }) => !this.#seen.has(id));
    this.#seen = present;
    for (const { id, body } of fresh) this.#receive(body, id);
  }
}
