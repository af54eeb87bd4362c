import { jsonBackend } from '@orch/backend-json';
import type { OrchestratorOptions } from '@orch/core';
import type { Backend } from '@orch/core/author';
import { planLanguage } from '@orch/plan';
import { commandPlugin } from '@orch/plugin-command';
import { retryPlugin } from '@orch/plugin-retry';

export interface PresetSettings {
  /** Where logs of commands are kept, and journals unless `backend` says otherwise. Made when it is needed. */
  readonly stateDirectory: string;
  /** Where journals are kept; default: JSON files in `stateDirectory`. */
  readonly backend?: Backend;
}

/**
 * What the `orch` command is made of: journals in JSON files or another backend, phases that are commands, retries, and the
 * language of plans.
 *
 * @example
 * const orchestrator = new Orchestrator(defaultPreset({ stateDirectory: '.orch' }));
 */
export function defaultPreset({
  stateDirectory,
  backend = jsonBackend(stateDirectory),
}: PresetSettings): OrchestratorOptions {
  return {
    backend,
    plugins: [commandPlugin({ directory: stateDirectory }), retryPlugin()],
    language: planLanguage(),
  };
}
