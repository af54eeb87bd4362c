import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import type { Executor } from '../executor/executor.ts';
import { functionExecutor } from '../executor/function-executor.ts';
import type { Json } from '../json.ts';
import type { RunEvent, Selection } from '../run/event.ts';
import type { Fence } from '../run/owner.ts';
import { replay } from '../run/replay.ts';
import type { RunState } from '../run/state.ts';
import type { WorkflowDefinition } from '../spec/workflow.ts';
import type { PhaseSpec } from '../spec/workflow-spec.ts';
import { refuseChanges, sameData } from './definition.ts';
import { withoutSecrets } from './inputs.ts';
import { noExecutor } from './failed-to-run.ts';
import { momentOf, takeRun } from './lease.ts';
import type { Moment } from './lease.ts';
import { giveBack, letGo, rememberToken } from './letting-go.ts';
import type { EngineParts } from './run-parts.ts';

/** A run that was read, and perhaps taken. */
export interface OpenedRun {
  readonly state: RunState;
  /** Of all attempts that the journal knows. A list, which costs least to grow: most executors never ask. */
  readonly knownKeys: string[];
}

/** Reads a run without taking it. */
export async function readRun({ backend }: EngineParts, runId: string): Promise<OpenedRun> {
  const knownKeys: string[] = [];
  const state = await replay(runId, backend.read(runId), { visit: keepKey(knownKeys) });
  return { state, knownKeys };
}

function keepKey(keys: string[]): (event: RunEvent) => void {
  return (event) => {
    if (event.type === 'phase.started') keys.push(event.key);
  };
}

/** Takes a run, and reads what was written since it was read. */
export async function takeOpened(
  engine: EngineParts,
  { state, knownKeys }: OpenedRun,
  takeOver: boolean,
): Promise<{ readonly fence: Fence; readonly takenAt: Moment } & OpenedRun> {
  const { runId } = state;
  const { backend } = engine;
  await giveBack(engine, runId);
  const takenAt = momentOf(engine.clock);
  const fence = await take(engine, runId, takeOver);
  try {
    const since = backend.read(runId, { after: state.version });
    const reached = await replay(runId, since, { state, visit: keepKey(knownKeys) });
    return { fence, takenAt, state: reached, knownKeys };
  } catch (error) {
    await letGo(engine, runId, fence);
    throw error;
  }
}

async function take(engine: EngineParts, runId: string, takeOver: boolean): Promise<Fence> {
  const { backend, host, ids } = engine;
  const token = ids.random();
  try {
    return await takeRun({ backend, host, runId, token, takeOver });
  } catch (error) {
    rememberToken(engine, runId, token, error);
    throw error;
  }
}

/** The executors of one run: those of the plugins, and the functions of its workflow. `knownKeys`: of its attempts, perhaps to grow. */
export function executorsFor(
  engine: EngineParts,
  definition: WorkflowDefinition | undefined,
  knownKeys: readonly string[],
): { readonly all: ReadonlyMap<string, Executor>; readonly of: (state: RunState) => (kind: string) => Executor } {
  const all = new Map(engine.executors);
  // Without its code a run can still be cancelled: its functions died with their process.
  all.set('function', functionExecutor(definition?.functions ?? new Map(), { clock: engine.clock, knownKeys }));
  return {
    all,
    of: (state) => (kind) => {
      const executor = all.get(kind);
      if (executor === undefined) throw noExecutor(state, phaseOfKind(state, kind), kind);
      return executor;
    },
  };
}

/** A phase that needs this kind: its own, or that of its repair. */
function phaseOfKind(state: RunState, kind: string): number {
  const own = state.spec.phases.findIndex((phase) => phase.kind === kind);
  return own === -1 ? state.phases.findIndex((at) => 'mending' in at && at.mending?.repair.kind === kind) : own;
}

/** What the caller says of a run that there is already. */
export interface Claims {
  readonly definition: WorkflowDefinition | undefined;
  readonly inputs: { readonly [name: string]: Json } | undefined;
  readonly cancels: boolean;
  /** Another definition is what the caller wants. */
  readonly replans: boolean;
}

/** Refuses to go on with another definition or other inputs, or without the code of a run of functions. */
export function checkAgainst(state: RunState, { definition, inputs, cancels, replans }: Claims): void {
  if (definition === undefined) {
    if (!cancels && state.spec.phases.some(needsCode)) throw workflowMissing(state);
    return;
  }
  if (!replans) refuseChanges(state.runId, state.spec, definition.spec);
  const stored = inputs === undefined ? undefined : withoutSecrets(inputs, definition.spec.secrets).inputs;
  if (stored !== undefined && !sameData(stored, state.created.inputs))
    throw orchError({
      code: 'ORCH_INPUT_CHANGED',
      message: `Run ${state.runId} was started with other inputs.`,
      hint: 'Go on with the inputs it was started with, or start a new run.',
    });
}

/** What a caller chose when it started a run. */
export interface Choice {
  readonly selection: Selection | undefined;
  readonly failFast: boolean | undefined;
}

/** What was chosen when the run was created holds for all of it: something else would be accepted and ignored. */
export function refuseOtherChoice({ runId, created }: RunState, { selection, failFast }: Choice): void {
  const isSame =
    (selection === undefined || sameData(selection as Json, (created.selection ?? {}) as Json)) &&
    (failFast === undefined || failFast === (created.options.failFast ?? false));
  if (isSame) return;
  throw orchError({
    code: 'ORCH_INPUT_CHANGED',
    message: `Run ${runId} was started with another selection of phases, or another way to end at a failure.`,
    hint: 'Go on with what it was started with (leave the selection out), or start a new run.',
  });
}

/** Whether part of a phase is a function, which no journal holds. */
function needsCode({ kind, if: condition, failWhen, output }: PhaseSpec): boolean {
  return kind === 'function' || condition === true || failWhen === true || output?.schema === true;
}

function workflowMissing(state: RunState): OrchError {
  return orchError({
    code: 'ORCH_WORKFLOW_MISSING',
    message: `Run ${state.runId} is of workflow ${state.spec.id}, which has functions: a journal can't hold their code.`,
    hint: 'Run the script that defines the workflow, or hand the workflow to recover.',
  });
}
