import type { HookName } from './hook-calls.ts';
import { invalidPlugin } from './invalid-plugin.ts';
import type { TapOptions } from './lifecycle-hooks.ts';

type NamedOptions = Exclude<TapOptions, string>;

/** Options of a tap as tapable takes them. */
export interface CheckedTap extends NamedOptions {
  readonly plugin: string;
  readonly timeLimitMs: number;
}

const defaultTimeLimitMs = 30_000;

export interface CheckTapRequest {
  readonly hook: HookName;
  readonly plugin: string;
  readonly options: unknown;
  readonly listen: unknown;
}

/**
 * What a plugin gave to `tap`, checked: plugins may be plain JavaScript, and tapable lets unknown options overwrite
 * what it keeps of a tap. Throws `ORCH_PLUGIN_INVALID`.
 */
export function checkTap({ hook, plugin, options, listen }: CheckTapRequest): CheckedTap {
  const given = (typeof options === 'string' ? { name: options } : (options ?? {})) as Partial<NamedOptions>;
  const { name = '', stage, before, timeLimitMs = defaultTimeLimitMs } = given;
  const problem = problemOf(given) ?? (typeof listen === 'function' ? undefined : 'has no function');
  if (problem !== undefined) throw invalidPlugin(plugin, `a tap of ${hook} ${problem}`);
  return {
    name,
    plugin,
    timeLimitMs,
    ...(stage === undefined ? {} : { stage }),
    ...(before === undefined ? {} : { before }),
  };
}

function problemOf({ name, stage, before, timeLimitMs }: Partial<NamedOptions>): string | undefined {
  if (typeof name !== 'string' || name.trim() === '') return 'has no name';
  if (stage !== undefined && !Number.isFinite(stage)) return 'has a stage that is no number';
  if (before !== undefined && typeof before !== 'string') return 'has a "before" that is no name of a tap';
  if (timeLimitMs !== undefined && !(Number.isFinite(timeLimitMs) && timeLimitMs > 0))
    return 'has a timeLimitMs that is no number above 0';
  return undefined;
}
