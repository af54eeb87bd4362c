import { jsonBackend } from '@orch/backend-json';
import type { OrchestratorOptions } from '@orch/core';
import { commandPlugin } from '@orch/plugin-command';
import { retryPlugin } from '@orch/plugin-retry';

export interface PresetSettings {
  /** Where journals and logs are kept. Made when it is needed. */
  readonly stateDirectory: string;
}

/**
 * What the `orch` command is made of: journals in JSON files, phases that are commands, retries.
 *
 * @example
 * const orchestrator = new Orchestrator(defaultPreset({ stateDirectory: '.orch' }));
 */
export function defaultPreset({ stateDirectory }: PresetSettings): OrchestratorOptions {
  return {
    backend: jsonBackend(stateDirectory),
    plugins: [commandPlugin({ directory: stateDirectory }), retryPlugin()],
  };
}
