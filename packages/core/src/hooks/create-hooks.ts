import { AsyncSeriesBailHook, AsyncSeriesHook, SyncHook } from 'tapable';
import type { Clock } from '../clock.ts';
import { checkTap } from './check-tap.ts';
import type { CheckedTap } from './check-tap.ts';
import { guardDecider, guardListener, guardObserver } from './guard-tap.ts';
import type { RegisteredTap } from './guard-tap.ts';
import type { ContextFor, HookCalls, HookName, Warn } from './hook-calls.ts';
import type { Decision, Hooks } from './lifecycle-hooks.ts';

export interface CreateHooksOptions {
  /** Its timer measures time limits. */
  readonly clock: Clock;
  /** Says a line to whoever runs the program: an `onEvent` tap was switched off. */
  readonly tell: (line: string) => void;
}

/** The seven hooks of an orchestrator, from both sides. */
export interface CreatedHooks {
  /** The tapping side, for one plugin: its taps carry the plugin's name. */
  readonly forPlugin: (plugin: string) => Hooks;
  /** The calling side, for the engine. A call of what nobody tapped allocates nothing. */
  readonly calls: HookCalls;
}

type Skip = { readonly skip: string };
/** What a tap carries through tapable beside its name and order. */
type Extras = Pick<CheckedTap, 'plugin' | 'timeLimitMs'>;
type Context = ContextFor<unknown>;

/**
 * Makes the hooks on tapable. Each tap is guarded when it is registered, so `tap` takes async functions too: the guard
 * names it in failures, watches its time limit and applies the error rule of its hook.
 */
export function createHooks({ clock, tell }: CreateHooksOptions): CreatedHooks {
  const guarding = { clock, tell };
  const beforeRun = new AsyncSeriesHook<[Context], Extras>(['context'], 'beforeRun');
  const beforePhase = new AsyncSeriesBailHook<[Context], Skip, Extras>(['context'], 'beforePhase');
  const onError = new AsyncSeriesBailHook<[Context], Decision, Extras>(['context'], 'onError');
  const afterPhase = new AsyncSeriesHook<[Context, Warn], Extras>(['context', 'warn'], 'afterPhase');
  const onCheckpoint = new AsyncSeriesHook<[Context, Warn], Extras>(['context', 'warn'], 'onCheckpoint');
  const afterRun = new AsyncSeriesHook<[Context, Warn], Extras>(['context', 'warn'], 'afterRun');
  const onEvent = new SyncHook<[event: unknown, run: unknown], void, Extras>(['event', 'run'], 'onEvent');
  const hooks = { beforeRun, beforePhase, onError, afterPhase, onCheckpoint, afterRun, onEvent };
  const tapped = guardAll(hooks, guarding);
  return {
    forPlugin: (plugin) => tappingSide(hooks, plugin),
    calls: {
      tapped,
      beforeRun: (context) => (tapped.beforeRun ? beforeRun.promise(context) : nothing),
      beforePhase: (context) => (tapped.beforePhase ? beforePhase.promise(context) : nothing),
      onError: (context) => (tapped.onError ? onError.promise(context) : nothing),
      afterPhase: (context, warn) => (tapped.afterPhase ? afterPhase.promise(context, warn) : nothing),
      onCheckpoint: (context, warn) => (tapped.onCheckpoint ? onCheckpoint.promise(context, warn) : nothing),
      afterRun: (context, warn) => (tapped.afterRun ? afterRun.promise(context, warn) : nothing),
      onEvent: (event, run) => {
        if (tapped.onEvent) onEvent.call(event, run);
      },
    },
  };
}

/** One for all calls of hooks that nobody tapped: 100,000 phases make no 100,000 promises. */
const nothing: Promise<undefined> = Promise.resolve(undefined);

/** What tapable hands to an interceptor when a tap is registered. */
interface Registered extends Extras {
  readonly name: string;
  readonly type: string;
  readonly fn: unknown;
}

/** The part of tapable's hooks that does not depend on what they are called with. */
interface AnyHook {
  intercept(interceptor: { register(tap: Registered): Registered }): void;
  tap(tap: CheckedTap, listen: unknown): void;
}

/** Puts the guards in place; answers which hooks are tapped, kept up to date. */
function guardAll(hooks: Readonly<Record<HookName, unknown>>, guarding: Guarding): Readonly<Record<HookName, boolean>> {
  const tapped = {} as Record<HookName, boolean>;
  for (const hook of Object.keys(hooks) as HookName[]) {
    tapped[hook] = false;
    (hooks[hook] as AnyHook).intercept({
      register(tap) {
        tapped[hook] = true;
        const { name, plugin, timeLimitMs } = tap;
        return { ...tap, ...guard({ hook, name, plugin, timeLimitMs }, tap.fn, guarding) };
      },
    });
  }
  return tapped;
}

interface Guarding {
  readonly clock: Clock;
  readonly tell: (line: string) => void;
}

/** The guard of a tap, and how tapable is to call it. */
function guard(
  tap: RegisteredTap,
  fn: unknown,
  { clock, tell }: Guarding,
): { readonly type: 'promise' | 'sync'; readonly fn: unknown } {
  const listen = fn as (...about: readonly unknown[]) => unknown;
  switch (tap.hook) {
    case 'beforeRun':
    case 'beforePhase':
    case 'onError':
      return { type: 'promise', fn: guardDecider({ tap, listen, clock }) };
    case 'afterPhase':
    case 'onCheckpoint':
    case 'afterRun':
      return { type: 'promise', fn: guardObserver({ tap, listen, clock }) };
    case 'onEvent':
      return { type: 'sync', fn: guardListener({ tap, listen, tell }) };
  }
}

function tappingSide(hooks: Readonly<Record<HookName, unknown>>, plugin: string): Hooks {
  const sides = (Object.keys(hooks) as HookName[]).map((hook) => {
    const tap = (options: unknown, listen: unknown): void =>
      (hooks[hook] as AnyHook).tap(checkTap({ hook, plugin, options, listen }), listen);
    // The guard takes sync and async functions alike.
    return [hook, Object.freeze(hook === 'onEvent' ? { tap } : { tap, tapPromise: tap })];
  });
  return Object.freeze(Object.fromEntries(sides)) as Hooks;
}
