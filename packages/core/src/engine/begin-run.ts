import type { WorkflowDefinition } from '../spec/workflow.ts';
import { normalSelection } from '../run/selection.ts';
import { createRun } from './create-run.ts';
import { Driver } from './driver.ts';
import { checkInputs, withoutSecrets } from './inputs.ts';
import { refuseUnrecoverable } from './secrets.ts';
import { leaseMs, momentOf } from './lease.ts';
import { letGoOnError, rememberToken } from './letting-go.ts';
import { executorsFor } from './open-run.ts';
import type { Choice } from './open-run.ts';
import type { ExecuteOptions } from './options.ts';
import { refuseInvalid } from './refuse-invalid.ts';
import { runRules } from './rules.ts';
import type { Opened } from './run-handle.ts';
import type { EngineParts } from './run-parts.ts';
import type { RunInputs } from './scope.ts';
import { summaryOf } from './summary.ts';
import { settleAll } from './take-up.ts';

export interface BeginRequest<In> {
  readonly runId: string;
  readonly definition: WorkflowDefinition;
  readonly options: ExecuteOptions<In>;
  /** Of the orchestrator. */
  readonly concurrency: number | undefined;
}

/** A run that there is already, and what its caller brought. */
export interface Existing extends Choice {
  readonly inputs: RunInputs | undefined;
}

/** Creates a run and begins to drive it; where there is one of this id, says so. Nothing is written where anything is wrong. */
export async function beginRun<In>(
  engine: EngineParts,
  { runId, definition, options, concurrency }: BeginRequest<In>,
): Promise<Opened | Existing> {
  const { spec } = definition;
  const language = await refuseInvalid(spec, engine);
  const inputs = await checkInputs(spec, definition.inputs, options.inputs, engine.clock);
  const { directory = process.cwd(), source, failFast = false } = options;
  const selection = options.selection === undefined ? undefined : normalSelection(options.selection);
  const stored = withoutSecrets(inputs, spec.secrets);
  await refuseUnrecoverable(stored, options.inputs, definition, engine.clock);
  const { events, state } = createRun(engine, {
    runId,
    spec,
    ...stored,
    concurrency,
    directory,
    source,
    selection,
    failFast,
  });
  const taking = { owner: engine.host.owner, token: engine.ids.random(), ttlMs: leaseMs };
  const takenAt = momentOf(engine.clock);
  const created = await engine.backend
    .create(runId, { ...taking, events, summary: summaryOf(state) })
    .catch((error: unknown) => {
      rememberToken(engine, runId, taking.token, error);
      throw error;
    });
  if (created.status === 'exists')
    return { inputs: options.inputs === undefined ? undefined : inputs, selection, failFast: options.failFast };
  const { fence } = created;
  const executors = executorsFor(engine, definition, []);
  const rules = runRules(state, inputs, { definition, phaseKeys: engine.phaseKeys }, language);
  const executorOf = executors.of(state);
  const driver = new Driver({
    engine,
    state,
    fence,
    takenAt,
    resumed: false,
    executorOf,
    rules,
    inputs,
    secrets: stored.secrets,
    neededSecrets: stored.secrets,
  });
  return letGoOnError(engine, runId, fence, async () => {
    try {
      await driver.checkHeld();
      await settleAll(executors.all, runId, []);
    } catch (error) {
      await driver.detach().catch(() => undefined);
      throw error;
    }
    driver.begin({ committed: events });
    return { driver };
  });
}
