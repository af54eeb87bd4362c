import type { ContextFor } from '../../src/hooks/hook-calls.ts';
import { loadPlugins } from '../../src/hooks/plugin-host.ts';
import type { LoadedPlugins } from '../../src/hooks/plugin-host.ts';
import type { AttemptView, BeforePhase, RunView } from '../../src/hooks/lifecycle-hooks.ts';
import type { Plugin, PluginHost } from '../../src/hooks/plugin.ts';
import type { RunEvent } from '../../src/run/event.ts';
import { TestClock } from '../engine/bench.ts';

/** Knows how many of its timers are still on. */
class CountingClock extends TestClock {
  pending = 0;

  override timer(delayMs: number, wake: () => void): () => void {
    this.pending++;
    const cancel = super.timer(delayMs, wake);
    return () => {
      this.pending--;
      cancel();
    };
  }
}

export interface LoadedForTest extends LoadedPlugins {
  readonly clock: CountingClock;
  readonly lines: string[];
}

/** Plugins that `apply` functions stand for, named a, b, c …, loaded. */
export function load(...applies: readonly ((host: PluginHost) => void)[]): LoadedForTest {
  return loadAll(applies.map((apply, index) => plugin(String.fromCharCode(97 + index), apply)));
}

export function loadAll(plugins: readonly Plugin[]): LoadedForTest {
  const clock = new CountingClock();
  const lines: string[] = [];
  const log = {
    info: (message: string) => void lines.push(`info ${message}`),
    warn: (message: string) => void lines.push(`warn ${message}`),
  };
  return { ...loadPlugins(plugins, { clock, random: () => 0.25, log }), clock, lines };
}

export function plugin(name: string, apply: (host: PluginHost) => void): Plugin {
  return { name, contract: 1, apply };
}

export const run: ContextFor<RunView> = (name) => ({
  runId: 'r',
  workflow: 'w',
  resumed: false,
  signal: new AbortController().signal,
  memory: { get: (key) => `${name} ${key}`, set: async () => undefined },
});

export const attempt: ContextFor<AttemptView> = (name) => ({
  run: run(name),
  phase: 'build',
  attempt: 1,
  charged: 0,
  signal: new AbortController().signal,
  option: () => undefined,
});

export const beforeBuild: ContextFor<BeforePhase> = (name) => ({ ...attempt(name), env: {} });

export const failedBuild = (name: string) => ({
  ...attempt(name),
  error: { phase: 'build', attempt: 1, class: 'exit', code: 'ORCH_PHASE_EXIT', message: 'exit 1' } as const,
});

export const event: RunEvent = { type: 'run.completed', version: 3, at: 1, epoch: 1 };

/** A promise that nobody will settle. */
export const never: Promise<never> = new Promise(() => {});
