import { apply } from '../run/apply.ts';
import type { Json } from '../json.ts';
import type { RunEvent } from '../run/event.ts';
import type { RunState } from '../run/state.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import { orchVersion } from '../version.ts';
import { concurrencyOf } from './concurrency.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { EngineParts } from './run-parts.ts';

export interface NewRun {
  readonly runId: string;
  readonly spec: WorkflowSpec;
  readonly inputs: RunState['created']['inputs'];
  readonly concurrency: number | undefined;
  readonly directory: string;
  readonly source: string | undefined;
}

/** The first events of a run, not yet written, and the state that they lead to. */
export function createRun(
  { clock, host }: EngineParts,
  { runId, spec, inputs, concurrency, directory, source }: NewRun,
): { readonly events: readonly RunEvent[]; readonly state: RunState } {
  const stamp = { at: clock.now(), epoch: 1 };
  const created: RunEvent = {
    type: 'run.created',
    version: 1,
    ...stamp,
    format: 1,
    workflow: spec,
    workflowHash: canonicalHash(spec as unknown as Json),
    inputs,
    options: concurrency === undefined ? {} : { concurrency },
    directory,
    ...(source === undefined ? {} : { source }),
  };
  const started: RunEvent = {
    type: 'run.started',
    version: 2,
    ...stamp,
    owner: host.owner,
    orchVersion,
    concurrency: concurrencyOf(concurrency, spec),
  };
  return { events: [created, started], state: apply(apply(undefined, created, runId), started) };
}
