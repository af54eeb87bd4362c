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
    if (event.type === 'run.created') names = event.secrets ?? [];
    if (names.length === 0) return {};
    if (event.type === 'run.created' || event.type === 'run.replanned') specs = event.workflow.inputs;
  }
  return await givenSecrets({ names, specs: workflow?.inputs ?? specs }, sources);
}
