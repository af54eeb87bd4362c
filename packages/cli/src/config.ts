import type { OrchestratorOptions } from '@orch/core';
import type { Plugin } from '@orch/core/author';
import type { PresetSettings } from './preset.ts';

/** A plugin by its name (`slack`, `@acme/slack`, `./own.mjs`), with what its module is to be called with. */
export type NamedPlugin = string | readonly [name: string, options: unknown];

/** Makes what an orchestrator is made of; `defaultPreset` of `@orch/cli/preset` is one. */
export type Preset = (settings: PresetSettings) => OrchestratorOptions;

/** What `orch.config.mts` exports by default; `orch.config.json` is the same with `state_dir` for `stateDir`. Paths count from its folder. */
export interface OrchConfig {
  /** Where runs are kept unless `--backend`, `ORCH_BACKEND` or the plan says otherwise: as `--backend` takes it, or a name of `backends`. */
  readonly backend?: string;
  /** Places by name: for `--backend`, `ORCH_BACKEND` and the `state_backend` of plans. */
  readonly backends?: { readonly [name: string]: string };
  /** Loaded after those of the preset, in this order. */
  readonly plugins?: readonly (NamedPlugin | Plugin)[];
  /** Instead of `defaultPreset`: a function, or the name of a package or file whose default export is one. */
  readonly preset?: string | Preset;
  /** For what neither a flag, a variable nor the plan says. */
  readonly defaults?: {
    readonly stateDir?: string;
    readonly concurrency?: number;
    readonly output?: 'tty' | 'plain' | 'github' | 'ndjson' | 'summary' | 'none';
  };
}

/**
 * Answers with the config as it is, for the sake of its type.
 *
 * @example
 * export default defineConfig({ backend: 'sqlite', plugins: [slackPlugin({ channel: '#builds' })] });
 */
export function defineConfig(config: OrchConfig): OrchConfig {
  return config;
}
