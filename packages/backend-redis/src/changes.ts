import type { Redis } from 'ioredis';
import type { Connection } from './connection.ts';

/** Who waits for something to happen to a run: told by the server, on a connection of its own. */
export class Changes {
  readonly #connection: Connection;
  readonly #waiters = new Map<string, Set<() => void>>();
  #subscriber: Promise<Redis> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Settles on a message of the channel, when the signal is aborted, when messages may have been missed, or if `isThere`. */
  async wait(channel: string, signal: AbortSignal, isThere: () => Promise<boolean>): Promise<void> {
    const { settled, settle } = this.#waiter(channel);
    signal.addEventListener('abort', settle);
    if (signal.aborted) settle();
    try {
      // The look comes after the subscription: what happens in between is told.
      const looked = this.#subscribe(channel)
        .then(isThere)
        .then((there) => (there ? undefined : settled));
      await Promise.race([settled, looked]);
    } finally {
      signal.removeEventListener('abort', settle);
      this.#leave(channel, settle);
    }
  }

  close(): void {
    this.#wakeAll();
    const subscriber = this.#subscriber;
    this.#subscriber = undefined;
    subscriber?.then(
      (redis) => redis.disconnect(),
      () => undefined,
    );
  }

  #waiter(channel: string): { readonly settled: Promise<void>; readonly settle: () => void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiters = this.#waiters.get(channel) ?? new Set();
    this.#waiters.set(channel, waiters.add(resolve));
    return { settled: promise, settle: resolve };
  }

  #leave(channel: string, settle: () => void): void {
    const waiters = this.#waiters.get(channel);
    waiters?.delete(settle);
    if (waiters === undefined || waiters.size > 0) return;
    this.#waiters.delete(channel);
    this.#subscriber
      ?.then((redis) => redis.unsubscribe(channel))
      // The connection is gone, and the subscription with it.
      .catch(() => undefined);
  }

  async #subscribe(channel: string): Promise<void> {
    await this.#connection.call(async () => {
      this.#subscriber ??= this.#connect();
      const redis = await this.#subscriber;
      await redis.subscribe(channel);
    });
  }

  #connect(): Promise<Redis> {
    const connecting = this.#connection.another().then((redis) => {
      redis.on('message', (channel: string) => this.#wake(channel));
      redis.once('end', () => this.#lose(connecting));
      return redis;
    });
    connecting.catch(() => this.#lose(connecting));
    return connecting;
  }

  #lose(connecting: Promise<Redis>): void {
    if (this.#subscriber !== connecting) return;
    this.#subscriber = undefined;
    this.#wakeAll();
  }

  #wake(channel: string): void {
    for (const settle of this.#waiters.get(channel) ?? []) settle();
  }

  #wakeAll(): void {
    for (const channel of this.#waiters.keys()) this.#wake(channel);
  }
}
