import type { Clock } from '../clock.ts';
import { isOrchError, messageOf, orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { Executor, Log } from '../executor/executor.ts';
import type { PhaseKeys } from '../spec/phase-keys.ts';
import { createHooks } from './create-hooks.ts';
import type { HookCalls } from './hook-calls.ts';
import { invalidPlugin } from './invalid-plugin.ts';
import { PluginClaims } from './plugin-claims.ts';
import { PluginClosers } from './plugin-closers.ts';
import type { Hooks } from './lifecycle-hooks.ts';
import type { Plugin, PluginHost } from './plugin.ts';
import { isThenable } from './thenable.ts';

export interface LoadOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** Plugins, applied. */
export interface LoadedPlugins {
  readonly calls: HookCalls;
  /** By kind of phase. */
  readonly executors: ReadonlyMap<string, Executor>;
  /** Who owns which key of a phase, and which kinds of work there are. */
  readonly phaseKeys: PhaseKeys;
  /** Runs what plugins left to `onClose`, the last first; a failure is a warning. A second call is as the first. */
  readonly close: () => Promise<void>;
}

/**
 * Applies plugins in their order. Throws `ORCH_PLUGIN_INVALID` for what is no plugin and for names, kinds and keys that
 * two claim, `ORCH_PLUGIN_CONTRACT` for a plugin made for another contract.
 */
export function loadPlugins(plugins: readonly Plugin[], options: LoadOptions): LoadedPlugins {
  const { clock, log } = options;
  const hooks = createHooks({ clock, tell: (line) => log.warn(line) });
  const claims = new PluginClaims();
  const closers = new PluginClosers(options);
  try {
    for (const plugin of plugins) {
      refuseUnfit(plugin);
      claims.claimName(plugin.name);
      applyPlugin(plugin, { claims, closers, options, hooks: hooks.forPlugin(plugin.name) });
    }
  } catch (error) {
    // The orchestrator will not be made, so nobody else closes what was opened already.
    void closers.close();
    throw error;
  }
  const { executors, optionKeys } = claims;
  return {
    calls: hooks.calls,
    executors,
    phaseKeys: { options: optionKeys, kinds: new Set(executors.keys()) },
    close: () => closers.close(),
  };
}

/** Plain JavaScript hands in anything. */
function refuseUnfit(plugin: unknown): void {
  if (typeof plugin === 'function')
    throw notAPlugin(`the function ${plugin.name}`, 'A function that makes a plugin must be called: [retryPlugin()].');
  if (typeof plugin !== 'object' || plugin === null) throw notAPlugin(String(plugin));
  const { name, contract, apply } = plugin as { readonly [key: string]: unknown };
  if (typeof name !== 'string' || name.trim() === '') throw notAPlugin('an object without a name');
  if (typeof contract === 'number' && contract !== 1)
    throw orchError({
      code: 'ORCH_PLUGIN_CONTRACT',
      message: `Plugin ${JSON.stringify(name)} is made for contract ${contract}; this release speaks contract 1.`,
      hint: 'Use a release of the plugin that fits this release of orch.',
    });
  if (contract !== 1) throw invalidPlugin(name, 'contract must be the number 1');
  if (typeof apply !== 'function') throw invalidPlugin(name, 'apply must be a function');
}

interface Application {
  readonly hooks: Hooks;
  readonly claims: PluginClaims;
  readonly closers: PluginClosers;
  readonly options: LoadOptions;
}

function applyPlugin(plugin: Plugin, { hooks, claims, closers, options }: Application): void {
  const { name } = plugin;
  let isApplied = false;
  const refuseLate = (what: string): void => {
    if (isApplied) throw invalidPlugin(name, `it called ${what} after apply had returned`);
  };
  const host: PluginHost = {
    hooks,
    log: prefixed(options.log, name),
    now: () => options.clock.now(),
    random: options.random,
    executor(kind, executor) {
      refuseLate('executor');
      claims.claimKind(name, kind, executor);
    },
    phaseOption(key, schema, settings) {
      refuseLate('phaseOption');
      claims.claimOption(name, key, schema, settings);
      return Object.freeze({ key });
    },
    onClose: (close) => closers.add(name, close),
  };
  const answer = callApply(plugin, host);
  isApplied = true;
  if (!isThenable(answer)) return;
  // Refused anyway; unheard, a rejection would end the process.
  Promise.resolve(answer).catch(() => undefined);
  throw invalidPlugin(name, 'apply is asynchronous: what it registers would come too late');
}

function callApply(plugin: Plugin, host: PluginHost): unknown {
  try {
    return plugin.apply(host);
  } catch (error) {
    if (isOrchError(error, 'ORCH_PLUGIN_INVALID')) throw error;
    throw invalidPlugin(plugin.name, `apply threw: ${messageOf(error)}`, error);
  }
}

function prefixed(log: Log, plugin: string): Log {
  return {
    info: (message) => log.info(`${plugin}: ${message}`),
    warn: (message) => log.warn(`${plugin}: ${message}`),
  };
}

function notAPlugin(
  what: string,
  hint = "A plugin is an object { name: '…', contract: 1, apply(host) { … } }.",
): OrchError {
  return orchError({ code: 'ORCH_PLUGIN_INVALID', message: `Not a plugin: ${what}.`, hint });
}
