import type { Clock } from '../clock.ts';
import { messageOf } from '../errors/orch-error.ts';
import type { Log } from '../executor/executor.ts';
import { invalidPlugin } from './invalid-plugin.ts';

const closeTimeLimitMs = 30_000;

export interface PluginClosersOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** What plugins gave to `onClose`. */
export class PluginClosers {
  readonly #options: PluginClosersOptions;
  readonly #closers: { readonly plugin: string; readonly close: () => void | Promise<void> }[] = [];
  #closed: Promise<void> | undefined;

  constructor(options: PluginClosersOptions) {
    this.#options = options;
  }

  add(plugin: string, close: () => void | Promise<void>): void {
    if (typeof close !== 'function') throw invalidPlugin(plugin, 'onClose takes a function');
    this.#closers.push({ plugin, close });
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#closeAll());
  }

  async #closeAll(): Promise<void> {
    for (let next = this.#closers.pop(); next !== undefined; next = this.#closers.pop()) {
      const { plugin, close } = next;
      try {
        await this.#withinLimit(close);
      } catch (error) {
        this.#options.log.warn(`Plugin ${JSON.stringify(plugin)} could not be closed: ${messageOf(error)}`);
      }
    }
  }

  async #withinLimit(close: () => void | Promise<void>): Promise<void> {
    const closed = Promise.resolve(close());
    let cancelTimer: (() => void) | undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      const late = new Error(`it took longer than ${closeTimeLimitMs / 1_000} s.`);
      cancelTimer = this.#options.clock.timer(closeTimeLimitMs, () => reject(late));
    });
    try {
      await Promise.race([closed, tooLong]);
    } finally {
      cancelTimer?.();
    }
  }
}
