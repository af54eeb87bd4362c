import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Orchestrator, workflow } from '@orch/core';
import type { RunEvent, Workflow } from '@orch/core';
import type { Backend, Clock, Host } from '@orch/core/author';

/** Short functions, one after another, each of which says that it began: `<phase> <attempt>`. */
export function shortPhases(count: number, effects: string): Workflow {
  let made = workflow('pause') as Workflow;
  for (let index = 0; index < count; index++) {
    const name = `p${index}`;
    const run = async ({ attempt }: { readonly attempt: number }): Promise<void> => {
      appendFileSync(effects, `${name} ${attempt}\n`);
      await sleep(1);
    };
    const phase = { run, ...(index === 0 ? {} : { dependsOn: [`p${index - 1}`] }) };
    // Names that are made at run time are outside of what the builder's types can check.
    made = (made.phase as (name: string, phase: unknown) => Workflow)(name, phase);
  }
  return made;
}

export interface DriverOptions {
  readonly backend: Backend;
  readonly hear: (event: RunEvent) => void;
  readonly host?: Host;
  readonly clock?: Clock;
}

export function driverOf({ backend, hear, ...outside }: DriverOptions): Orchestrator {
  return new Orchestrator({
    backend,
    log: { info: () => undefined, warn: () => undefined },
    plugins: [{ name: 'ear', contract: 1, apply: ({ hooks }) => hooks.onEvent.tap('ear', hear) }],
    ...outside,
  });
}
