import { isOrchError, notOpen } from '@orch/core/author';
import type { Clock } from '@orch/core/author';
// By its default export: a bundler that makes a chunk of a CommonJS package leaves it no other.
import ioredis from 'ioredis';
import type { Redis, RedisOptions } from 'ioredis';
import { passes, unavailable } from './failure.ts';
import { inspectServer, lossAtCrash, lossAtPowerCut } from './inspect-server.ts';
import type { Inspected } from './inspect-server.ts';
import type { Settings } from './settings.ts';

/** Pauses between attempts: they double up to a limit. */
const pauseMs = { first: 50, longest: 2_000 };

/** Since when nobody could connect, by both clocks. */
interface Outage {
  readonly since: number;
  readonly at: number;
  /** Whether somebody was told. */
  told: boolean;
}

/**
 * The way to the server. ioredis neither reconnects nor sends again here: a call whose connection broke is sent again by
 * `call`, and so whatever is sent must do nothing when it is done already.
 */
export class Connection {
  readonly #settings: Settings;
  readonly #clock: Clock;
  #connecting: Promise<Redis> | undefined;
  #live: Redis | undefined;
  #inspected: Inspected | undefined;
  #isOpen = false;
  #outage: Outage | undefined;
  readonly #warned = new Set<string>();
  readonly #pauses = new Set<() => void>();

  constructor(settings: Settings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  /** For people: its version, where it is known, and its place. Never its password. */
  get server(): string {
    const { host, port, db } = this.#settings;
    const version = this.#inspected === undefined ? '' : ` ${this.#inspected.version}`;
    return `Redis${version} at ${host.includes(':') ? `[${host}]` : host}:${port}/${db}`;
  }

  /** Connects once: a server that is not there at the start is more likely a wrong URL than an outage. */
  async open(): Promise<void> {
    this.#isOpen = true;
    try {
      this.#live = await this.#connect();
    } catch (error) {
      this.#isOpen = false;
      throw isOrchError(error) ? error : unavailable(this.server, error);
    }
  }

  close(): void {
    this.#isOpen = false;
    this.#live?.disconnect();
    this.#live = undefined;
    for (const wake of this.#pauses) wake();
  }

  checkOpen(): void {
    if (!this.#isOpen) throw notOpen('Redis');
  }

  /**
   * Sends, and sends again while the connection breaks, until the server was away for `reconnectMs`. Rejects with
   * `ORCH_BACKEND_UNAVAILABLE`, or with what the server answered where `translate` knows it.
   */
  async call<Result>(
    send: (redis: Redis) => Promise<Result>,
    translate?: (error: unknown) => unknown,
  ): Promise<Result> {
    let lostAt: number | undefined;
    for (let losses = 0; ; losses++) {
      this.checkOpen();
      const redis = this.#live ?? (await this.#reconnected());
      try {
        return await send(redis);
      } catch (error) {
        this.checkOpen();
        if (isOrchError(error)) throw error;
        if (!passes(error)) throw translate?.(error) ?? unavailable(this.server, error);
        this.#drop(redis);
        lostAt ??= this.#clock.monotonic();
        if (this.#isOver(lostAt)) throw unavailable(this.server, error);
        if (losses > 0) await this.#pause(losses - 1, lostAt);
      }
    }
  }

  /** Another connection of the same settings, for who listens. The caller disconnects it. */
  another(): Promise<Redis> {
    return this.#dial();
  }

  /** Says once that the server flushes less than a commit asks for. */
  warnOfFlush(): void {
    if (this.#inspected !== undefined) this.#warn(lossAtPowerCut(this.#inspected.persistence));
  }

  #warn(what: string | undefined): void {
    if (what === undefined || this.#warned.has(what)) return;
    this.#warned.add(what);
    this.#settings.warn(`${this.server} ${what}`);
  }

  /** One reconnecting for all calls that wait. */
  #reconnected(): Promise<Redis> {
    this.#connecting ??= this.#reconnect().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  async #reconnect(): Promise<Redis> {
    this.#outage ??= { since: this.#clock.monotonic(), at: this.#clock.now(), told: false };
    const outage = this.#outage;
    for (let tries = 0; ; tries++) {
      try {
        const redis = await this.#connect();
        this.#outage = undefined;
        this.#live = redis;
        if (outage.told) this.#settings.warn(`${this.server} is back`);
        return redis;
      } catch (error) {
        this.checkOpen();
        if (isOrchError(error)) throw error;
        if (!passes(error) || this.#isOver(outage.since)) throw unavailable(this.server, error);
        this.#tellOf(outage);
      }
      await this.#pause(tries, outage.since);
      this.checkOpen();
    }
  }

  /** Once for each outage. One that a single try ends is none. */
  #tellOf(outage: Outage): void {
    if (outage.told) return;
    outage.told = true;
    const since = new Date(outage.at).toISOString();
    const most = `${this.#settings.reconnectMs / 1_000} s`;
    this.#settings.warn(
      `${this.server} has been away since ${since}: waiting up to ${most}. Commands go on; how they end is seen once it is back.`,
    );
  }

  async #connect(): Promise<Redis> {
    const redis = await this.#dial();
    try {
      const inspected = await inspectServer(redis, this.#place());
      this.#inspected = inspected;
      this.#warn(lossAtCrash(inspected.persistence));
      // Closed meanwhile, perhaps.
      this.checkOpen();
    } catch (error) {
      redis.disconnect();
      throw error;
    }
    redis.once('end', () => this.#drop(redis));
    return redis;
  }

  #place(): string {
    return this.server.replace(/^.* at /, '');
  }

  async #dial(): Promise<Redis> {
    const redis = new ioredis.Redis(dialOptions(this.#settings));
    let reason: unknown;
    // Without a listener ioredis writes to stderr.
    redis.on('error', (error) => (reason ??= error));
    try {
      await redis.connect();
      // A database that is not there is told in passing only, and the first would be used instead.
      if (reason !== undefined) throw reason;
    } catch (error) {
      redis.disconnect();
      throw reason ?? error;
    }
    return redis;
  }

  #drop(redis: Redis): void {
    if (this.#live === redis) this.#live = undefined;
    redis.disconnect();
  }

  #isOver(since: number): boolean {
    return this.#clock.monotonic() - since >= this.#settings.reconnectMs;
  }

  /** At most until the time is over; `close` ends it early. */
  #pause(tries: number, since: number): Promise<void> {
    const left = since + this.#settings.reconnectMs - this.#clock.monotonic();
    const delayMs = Math.min(pauseMs.first * 2 ** tries, pauseMs.longest, Math.max(0, left));
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#pauses.delete(wake);
        resolve();
      };
      const cancel = this.#clock.timer(delayMs, wake);
      this.#pauses.add(wake);
    });
  }
}

function dialOptions({
  host,
  port,
  db,
  username,
  password,
  tls,
  silenceMs,
}: Settings): Omit<RedisOptions, 'replyMapping'> {
  return {
    host,
    port,
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    connectTimeout: silenceMs,
    socketTimeout: silenceMs,
    connectionName: 'orch',
    // It would ask for `CLIENT SETINFO`, twice on each connection, which Redis 7.0 answers with errors.
    disableClientInfo: true,
  };
}
