import { messageOf, systemClock } from '@orch/core/author';
import type { DescribedSchema, Hooks, Plugin, PluginHost } from '@orch/core/author';

const defaultTimeLimitMs = 30_000;

/** What a plugin added to one host, and what became of it. */
export class Watch {
  readonly kinds: string[] = [];
  readonly schemas: Map<string, DescribedSchema<unknown>> = new Map();
  /** Hook and name of each. */
  readonly taps: string[] = [];
  /** The taps that were called, in order. */
  readonly called: string[] = [];
  /** How often each function given to `onClose` was called. One that is given twice is one. */
  readonly closed: Map<() => unknown, number> = new Map();
  /** How often the plugin used the host's clock, chance or log after `apply`. */
  used = 0;
  /** What `apply` answered. */
  answer: unknown;
  readonly #settling: Promise<void>[] = [];
  #isApplied = false;

  /** The plugin, watched. */
  plugin(plugin: Plugin): Plugin {
    return {
      name: plugin.name,
      contract: plugin.contract,
      apply: (host) => {
        this.answer = plugin.apply(this.#host(host));
        this.#isApplied = true;
        return this.answer as void;
      },
    };
  }

  /** Everything that it added, or tried to, to be compared with another host's. */
  get added(): object {
    return { kinds: this.kinds, keys: [...this.schemas.keys()], taps: this.taps, closers: this.closed.size };
  }

  /** Rejects where a tap or a closer threw, or did not settle within its time limit. */
  async settled(): Promise<void> {
    await Promise.all(this.#settling);
  }

  #host(host: PluginHost): PluginHost {
    const use = (): void => {
      if (this.#isApplied) this.used++;
    };
    return Object.freeze<PluginHost>({
      hooks: this.#hooks(host.hooks),
      log: {
        info: (message) => (use(), host.log.info(message)),
        warn: (message) => (use(), host.log.warn(message)),
      },
      now: () => (use(), host.now()),
      random: () => (use(), host.random()),
      executor: (kind, executor) => {
        this.kinds.push(kind);
        host.executor(kind, executor);
      },
      phaseOption: (key, schema, settings) => {
        this.schemas.set(key, schema);
        return host.phaseOption(key, schema, settings);
      },
      onClose: (close) => {
        this.closed.set(close, 0);
        host.onClose(() => {
          this.closed.set(close, this.closed.get(close)! + 1);
          return this.#watched('onClose', defaultTimeLimitMs, close);
        });
      },
    });
  }

  #hooks(hooks: Hooks): Hooks {
    const sides = Object.entries(hooks).map(([hook, side]) => {
      const taps = Object.entries(side as Record<string, Tap>).map(([method, tap]) => {
        const watched: Tap = (options, listen) => this.#tap(hook, tap, { options, listen });
        return [method, watched];
      });
      return [hook, Object.freeze(Object.fromEntries(taps))];
    });
    return Object.freeze(Object.fromEntries(sides)) as Hooks;
  }

  #tap(hook: string, tap: Tap, { options, listen }: { readonly options: unknown; readonly listen: Listen }): void {
    const given = typeof options === 'string' ? { name: options } : (options as NamedTap);
    const name = `${hook} ${given.name}`;
    const limitMs = given.timeLimitMs ?? defaultTimeLimitMs;
    this.taps.push(name);
    tap(options, (...about) => {
      this.called.push(name);
      return this.#watched(name, limitMs, () => listen(...about));
    });
  }

  #watched<Answer>(name: string, limitMs: number, call: () => Answer): Answer {
    try {
      const answer = call();
      if (isPromise(answer)) this.#settling.push(within(limitMs, name, answer));
      return answer;
    } catch (thrown) {
      this.#settling.push(refused(`${name} threw: ${messageOf(thrown)}`));
      throw thrown;
    }
  }
}

type Listen = (...about: unknown[]) => unknown;
type Tap = (options: unknown, listen: Listen) => void;
type NamedTap = { readonly name: string; readonly timeLimitMs?: number };

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function within(limitMs: number, name: string, answer: PromiseLike<unknown>): Promise<void> {
  let cancel = (): void => {};
  const settled = new Promise<void>((resolve, reject) => {
    cancel = systemClock.timer(limitMs, () => reject(new Error(`${name} did not settle within ${limitMs} ms`)));
    answer.then(
      () => resolve(),
      (thrown: unknown) => reject(new Error(`${name} rejected: ${messageOf(thrown)}`)),
    );
  }).finally(() => cancel());
  // Heard by `settled()`, which may come later.
  settled.catch(() => undefined);
  return settled;
}

function refused(message: string): Promise<never> {
  const rejection = Promise.reject(new Error(message));
  rejection.catch(() => undefined);
  return rejection;
}
