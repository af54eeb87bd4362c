import { strict as assert } from 'node:assert';
import { memoryBackend, Orchestrator, workflow } from '@orch/core';
import type { RunResult, Workflow } from '@orch/core';
import type { Json, Plugin } from '@orch/core/author';
import { Watch } from './watched-host.ts';

/** What `create` hands to the suite, made anew for each case. */
export interface PluginUnderTest {
  readonly plugin: Plugin;
  /** Values of each phase option that the plugin adds: some that it takes, some that it refuses. At least one each. */
  readonly options?: Readonly<Record<string, { readonly takes: readonly Json[]; readonly refuses: readonly Json[] }>>;
  /** A run that calls what the plugin adds; default: a phase that ends well, one that fails, and one that depends on it. */
  readonly workflow?: Workflow;
  readonly cleanup?: () => void | Promise<void>;
}

/** A plugin in an orchestrator of its own. */
export interface Loaded {
  readonly watch: Watch;
  readonly orch: Orchestrator;
}

/** The plugin under test, with what cases have in common. */
export class PluginSubject {
  readonly plugin: Plugin;
  readonly #given: PluginUnderTest;
  readonly #loaded: Loaded[] = [];

  constructor(given: PluginUnderTest) {
    this.#given = given;
    this.plugin = given.plugin;
  }

  /** Applies the plugin in a host of its own. */
  load(plugin: Plugin = this.plugin): Loaded {
    const watch = new Watch();
    const quiet = { info: () => {}, warn: () => {} };
    const orch = new Orchestrator({ backend: memoryBackend(), plugins: [watch.plugin(plugin)], log: quiet });
    const loaded = { watch, orch };
    this.#loaded.push(loaded);
    return loaded;
  }

  /** Loads the plugin, which must have what `lacks` does not name. */
  loadWith(capability: 'taps' | 'options' | 'on-close'): Loaded {
    const loaded = this.load();
    assert.ok(
      capabilitiesOf(loaded.watch).includes(capability),
      `the plugin must add \`${capability}\`, or the options must say that it lacks them`,
    );
    return loaded;
  }

  /** Drives the run to its end, taps of ended phases included. */
  async run({ orch }: Loaded): Promise<RunResult> {
    const run = orch.execute(this.#given.workflow ?? twoEnds());
    return run.result();
  }

  /** The values of a phase option that the plugin adds. */
  valuesOf(key: string): { readonly takes: readonly Json[]; readonly refuses: readonly Json[] } {
    const { takes = [], refuses = [] } = this.#given.options?.[key] ?? {};
    assert.ok(takes.length > 0 && refuses.length > 0, `create() must answer values of the option ${key}`);
    return { takes, refuses };
  }

  async close(): Promise<void> {
    for (const { orch } of this.#loaded) await orch.close();
  }
}

/** What a plugin turned out to add. */
export function capabilitiesOf({ taps, schemas, closed }: Watch): readonly ('taps' | 'options' | 'on-close')[] {
  return [
    ...(taps.length > 0 ? (['taps'] as const) : []),
    ...(schemas.size > 0 ? (['options'] as const) : []),
    ...(closed.size > 0 ? (['on-close'] as const) : []),
  ];
}

function twoEnds(): Workflow {
  const fail = (): never => {
    throw new Error('it fails');
  };
  return workflow('conformance')
    .phase('good', { run: () => 1 })
    .phase('bad', { dependsOn: ['good'], run: fail })
    .phase('after', { dependsOn: ['bad'], run: () => 1 });
}
