import { orchError } from '../errors/orch-error.ts';
import { runIdPattern } from '../id.ts';
import { isLeftOut, noPhase } from '../run/selection.ts';
import type { RunState } from '../run/state.ts';
import { show } from '../show.ts';
import { isPlain } from '../spec/invalid-workflow.ts';
import type { Finding, WorkflowSpec } from '../spec/workflow-spec.ts';

/** Refuses a workflow that is not valid. */
export function refuseFindings(spec: WorkflowSpec, findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const first = errors[0];
  if (first === undefined) return;
  throw orchError({
    code: 'ORCH_WORKFLOW_INVALID',
    message: `Workflow ${spec.id} is not valid: ${errors.map(({ message }) => message).join(' ')}`,
    hint: first.hint,
  });
}

/** From JavaScript anything may come: a backend that is missing, or that was not made yet. */
export function refuseBackend(given: unknown): void {
  const backend: unknown = (given as { readonly backend?: unknown } | undefined)?.backend;
  if (typeof backend !== 'object' || backend === null)
    throw orchError({
      code: 'ORCH_PLUGIN_INVALID',
      message: `An orchestrator needs a backend, not ${backend === null ? 'null' : typeof backend}.`,
      hint: "Hand one in, as in: new Orchestrator({ backend: jsonBackend('.orch') })",
    });
  const { name, contract } = backend as { readonly name?: unknown; readonly contract?: unknown };
  if (contract === 1) return;
  throw orchError({
    code: 'ORCH_PLUGIN_CONTRACT',
    message: `Backend ${JSON.stringify(name)} is made for contract ${String(contract)}; this release speaks contract 1.`,
  });
}

/** From JavaScript anything may come: a plan as it is written, or what another release made. */
export function refuseWorkflow(call: string, given: unknown): void {
  const { contract, definition } = isPlain(given) ? given : {};
  if (typeof contract === 'number' && contract !== 1)
    throw orchError({
      code: 'ORCH_PLUGIN_CONTRACT',
      message: `The workflow of ${call} is made for contract ${contract}; this release speaks contract 1.`,
    });
  if (contract === 1 && isPlain(definition) && isPlain(definition['spec'])) return;
  throw orchError({
    code: 'ORCH_WORKFLOW_INVALID',
    message: `${call} needs a workflow, not ${show(given)}.`,
    hint: "Make one: workflow('name').phase('first', { run: … }). Of a plan file makes one: readPlan of @orch/plan.",
  });
}

export function refuseRunId(runId: string): void {
  if (typeof runId === 'string' && runIdPattern.test(runId)) return;
  throw orchError({
    code: 'ORCH_RUN_ID_INVALID',
    message: `${JSON.stringify(runId)} is no run id.`,
    hint: 'A run id has 1 to 128 characters out of A-Z a-z 0-9 . _ - and begins with a letter or digit.',
  });
}

/** The ways to take a run up of which only one makes sense at a time. */
interface Ways {
  readonly from?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly replan?: boolean | undefined;
  readonly unfinishedOnly?: boolean | undefined;
}

/** Refuses two ways to take a run up at once: one of them would be dropped without a word. */
export function refuseTwoWays(runId: string, { from, checkpoint, replan, unfinishedOnly }: Ways): void {
  const ways = Object.entries({ from, checkpoint, replan, unfinishedOnly })
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name]) => name);
  if (ways.length < 2) return;
  throw orchError({
    code: 'ORCH_RUN_TWO_WAYS',
    message: `Run ${runId} can't be taken up with ${ways.join(' and ')} at once.`,
    hint: 'Choose one of them; the next can follow once the run has ended. Nothing was started.',
  });
}

/** Refuses to go back to a phase that the run does not have, or that its selection left out. */
export function refuseFrom({ runId, spec, graph, phases }: RunState, from: string): void {
  const phase = graph.indexOf.get(from);
  if (phase === undefined) throw noPhase(spec, graph, from);
  if (!isLeftOut(phases[phase]!)) return;
  throw orchError({
    code: 'ORCH_RUN_NOTHING_SELECTED',
    message: `The selection of run ${runId} leaves phase ${JSON.stringify(from)} out.`,
    hint: 'What was chosen when a run was created holds for all of it: start a new run for that phase.',
  });
}

export function replanMissing(runId: string): Error {
  return orchError({
    code: 'ORCH_WORKFLOW_MISSING',
    message: `Run ${runId} can't go on with another definition: there is none.`,
    hint: 'Hand the corrected workflow to recover, beside replan.',
  });
}

export function replannedMeanwhile(runId: string): Error {
  return orchError({
    code: 'ORCH_WORKFLOW_CHANGED',
    message: `Run ${runId} was given another definition at this very moment, by somebody else.`,
    hint: 'Nothing was started. Look at it (orch show), then try again.',
  });
}

export function finished(runId: string, status: string): Error {
  return orchError({
    code: 'ORCH_RUN_FINISHED',
    message: `Run ${runId} is ${status}: there is nothing to cancel.`,
    hint: `See what it did: orch show ${runId}`,
  });
}
