import type { Hooks, Plugin, PluginHost } from '@orch/core/author';
import type { Busy } from './busy.ts';

/** What plugins turned out to add once they were applied. */
export interface Watched {
  readonly plugins: readonly Plugin[];
  readonly kinds: ReadonlySet<string>;
  readonly optionKeys: ReadonlySet<string>;
}

/** The same plugins, their taps and executors counted while they are at work. */
export function watchPlugins(plugins: readonly Plugin[], busy: Busy): Watched {
  const kinds = new Set<string>();
  const optionKeys = new Set<string>();
  const watch = (host: PluginHost): PluginHost => ({
    ...host,
    hooks: watchHooks(host.hooks, busy),
    executor(kind, executor) {
      kinds.add(kind);
      const execute: typeof executor.execute = (...given) => busy.during(() => executor.execute(...given));
      host.executor(kind, Object.assign(Object.create(executor) as typeof executor, { execute }));
    },
    phaseOption(key, ...given) {
      optionKeys.add(key);
      return host.phaseOption(key, ...given);
    },
  });
  return {
    kinds,
    optionKeys,
    // What is no plugin is left for the orchestrator to refuse.
    plugins: plugins.map((plugin) =>
      typeof plugin?.apply === 'function' ? { ...plugin, apply: (host) => plugin.apply(watch(host)) } : plugin,
    ),
  };
}

type Listen = (...about: unknown[]) => unknown;
type Tap = (options: unknown, listen: Listen) => void;

function watchHooks(hooks: Hooks, busy: Busy): Hooks {
  const sides = Object.entries(hooks).map(([name, hook]) => {
    const taps = Object.entries(hook as Record<string, Tap>).map(([method, tap]) => {
      const watched: Tap = (options, listen) =>
        tap(options, typeof listen === 'function' ? (...about) => busy.during(() => listen(...about)) : listen);
      return [method, watched];
    });
    return [name, Object.fromEntries(taps) as unknown];
  });
  return Object.fromEntries(sides) as Hooks;
}
