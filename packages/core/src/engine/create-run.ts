import { apply } from '../run/apply.ts';
import type { Json } from '../json.ts';
import type { RunEvent, Selection } from '../run/event.ts';
import { leftOutBy } from '../run/selection.ts';
import type { RunState } from '../run/state.ts';
import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import { orchVersion } from '../version.ts';
import { concurrencyOf } from './concurrency.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { EngineParts } from './run-parts.ts';

export interface NewRun {
  readonly runId: string;
  readonly spec: WorkflowSpec;
  /** Without the secret ones. */
  readonly inputs: RunState['created']['inputs'];
  /** Names of the secret inputs that it has. */
  readonly secrets: readonly string[];
  readonly concurrency: number | undefined;
  readonly directory: string;
  readonly source: string | undefined;
  readonly selection: Selection | undefined;
  readonly failFast: boolean;
}

/** The first events of a run, not yet written, and the state that they lead to. */
export function createRun(
  { clock, host }: EngineParts,
  { runId, spec, inputs, secrets, concurrency, directory, source, selection, failFast }: NewRun,
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
    ...(secrets.length === 0 ? {} : { secrets }),
    ...(selection === undefined ? {} : { selection }),
    options: { ...(concurrency === undefined ? {} : { concurrency }), ...(failFast ? { failFast } : {}) },
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
  const leftOut = (selection === undefined ? [] : leftOutBy(spec, selection)).map((skipped, at): RunEvent => ({
    version: 3 + at,
    ...stamp,
    ...skipped,
  }));
  const events = [created, started, ...leftOut];
  let state = apply(undefined, created, runId);
  for (const event of events.slice(1)) state = apply(state, event);
  return { events, state };
}
