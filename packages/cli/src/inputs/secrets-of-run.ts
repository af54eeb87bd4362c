import type { Orchestrator } from '@orch/core';
import type { WorkflowSpec } from '@orch/core/author';
import { givenSecrets } from './given-inputs.ts';
import type { InputSources } from './given-inputs.ts';

export interface SecretsRequest extends Pick<InputSources, 'inputs'> {
  readonly runId: string;
  /** The definition that the run goes on with; default: its own. */
  readonly workflow?: WorkflowSpec | undefined;
}

/** The secret inputs that a run needs again, as far as they are given. Whether that is all of them, core tells where it matters. */
export async function secretsOfRun(
  orchestrator: Orchestrator,
  { runId, workflow, ...sources }: SecretsRequest,
): Promise<Readonly<Record<string, unknown>>> {
  let names: readonly string[] = [];
  let specs: WorkflowSpec['inputs'];
  for await (const event of orchestrator.events(runId)) {
    // A corrected definition may have added some.
    if (event.type !== 'run.created' && event.type !== 'run.replanned') continue;
    if (event.inputs !== undefined) names = event.secrets ?? [];
    specs = event.workflow.inputs;
  }
  if (workflow !== undefined) names = [...new Set([...names, ...(workflow.secrets ?? [])])];
  // A file that can't be read is told of, whatever it was for.
  if (names.length === 0 && sources.inputs === undefined) return {};
  return await givenSecrets({ names, specs: workflow?.inputs ?? specs }, sources);
}
