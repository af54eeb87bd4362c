import type { Decision, FailedView, PhaseOptionSettings, PluginHost, Schema } from '@orch/core/author';
import { retryPlugin, type RetryPluginOptions } from '@orch/plugin-retry';

type OnError = (attempt: FailedView) => Promise<Decision | undefined>;

/** Applies the plugin to a host that only records. Time stands at 1,000,000, and chance in the middle. */
export function load(options?: RetryPluginOptions): {
  onError: OnError;
  told: string[];
  keys: Map<string, { schema: Schema; settings: PhaseOptionSettings<unknown> | undefined }>;
} {
  const keys: ReturnType<typeof load>['keys'] = new Map();
  let onError: OnError | undefined;
  const told: string[] = [];
  const host = {
    now: () => 1_000_000,
    random: () => 0.5,
    log: { info: (line: string) => told.push(line), warn: (line: string) => told.push(line) },
    hooks: { onError: { tap: (_: string, listen: OnError) => (onError = listen) } },
    phaseOption(key: string, schema: Schema, settings?: PhaseOptionSettings<unknown>) {
      keys.set(key, { schema, settings });
      return { key };
    },
  };
  retryPlugin(options).apply(host as unknown as PluginHost);
  return { onError: onError!, keys, told };
}
