import type { WorkflowDefinition } from '../spec/workflow.ts';
import { isTerminal } from '../run/state.ts';
import type { RunState } from '../run/state.ts';
import { schemaOfInputs } from '../spec/input-schema.ts';
import { concurrencyOf } from './concurrency.ts';
import { letGo, letGoOnError } from './letting-go.ts';
import type { CancelRequest } from './messages.ts';
import { checkAgainst, executorsFor, readRun, refuseOtherChoice, takeOpened } from './open-run.ts';
import type { Choice } from './open-run.ts';
import { planReplan } from './replan.ts';
import type { Replan } from './replan.ts';
import { refuseInvalid } from './refuse-invalid.ts';
import { refuseFrom, refuseTwoWays, replanMissing, replannedMeanwhile } from './refusals.ts';
import { sameData } from './definition.ts';
import { loadLanguage, runRules } from './rules.ts';
import type { Opened } from './run-handle.ts';
import type { EngineParts } from './run-parts.ts';
import type { RunInputs } from './scope.ts';
import { inputsOf } from './secrets.ts';
import { takeUp } from './take-up.ts';

/** What taking a run up needs besides its id. */
export interface ResumeRequest {
  readonly definition: WorkflowDefinition | undefined;
  /** All of them, secret ones too, where the caller brought any. */
  readonly inputs?: RunInputs | undefined;
  readonly secrets?: { readonly [name: string]: unknown } | undefined;
  readonly from?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly replan?: boolean | undefined;
  readonly unfinishedOnly?: boolean | undefined;
  /** What the caller chose of the phases: that of the run holds, and must be the same. */
  readonly choice?: Choice | undefined;
  readonly takeOver?: boolean | undefined;
  readonly otherHost?: boolean | undefined;
  readonly cancel?: CancelRequest;
}

/** Takes a run up and drives it, or answers with the state of one that needs no driving. */
export async function resumeRun(
  engine: EngineParts,
  runId: string,
  request: ResumeRequest,
  concurrency: number | undefined,
): Promise<Opened> {
  refuseTwoWays(runId, request);
  const read = await readRun(engine, runId);
  const { definition, cancel } = request;
  const replans = request.replan === true && definition !== undefined;
  const { spec } = read.state;
  if (request.replan === true && definition === undefined) throw replanMissing(runId);
  checkAgainst(read.state, { definition, inputs: request.inputs, cancels: cancel !== undefined, replans });
  if (request.from !== undefined) refuseFrom(read.state, request.from);
  if (request.choice !== undefined) refuseOtherChoice(read.state, request.choice);
  const differs = replans && !sameData(spec as never, definition.spec as never);
  const again = request.from !== undefined || request.checkpoint !== undefined || differs;
  const isOver = (state: RunState): boolean =>
    request.unfinishedOnly === true ? isTerminal(state.status) : state.status === 'completed' && !again;
  if (isOver(read.state)) return { state: read.state };
  const executors = executorsFor(engine, definition, read.knownKeys);
  const { replan, ...code } = await prepare(engine, read.state, request);
  const { state, fence, takenAt, knownKeys } = await takeOpened(engine, read, request.takeOver ?? false);
  return letGoOnError(engine, runId, fence, async () => {
    // All of the above was asked about the definition that it had then.
    if (state.spec !== spec) throw replannedMeanwhile(runId);
    // It may have ended between the look and the taking.
    if (cancel === undefined ? isOver(state) : isTerminal(state.status)) {
      await letGo(engine, runId, fence);
      return { state };
    }
    const { inputs } = code;
    const taken = { engine, state, fence, takenAt, knownKeys, cancel, replan, inputs };
    const driver = await takeUp({
      ...taken,
      executors: executors.all,
      executorOf: executors.of(state),
      rules: runRules(state, inputs, { definition, phaseKeys: engine.phaseKeys }, code.language),
      concurrency: concurrencyOf(concurrency ?? state.created.options.concurrency, replan?.workflow ?? state.spec),
      from: request.from,
      checkpoint: request.checkpoint,
      resets: request.unfinishedOnly !== true,
      otherHost: request.otherHost ?? false,
    });
    return { driver };
  });
}

interface Prepared {
  readonly inputs: RunInputs;
  readonly language: Awaited<ReturnType<typeof loadLanguage>>;
  readonly replan?: Replan | undefined;
}

/** What phases need besides their data. A run that is only cancelled needs neither secrets nor expressions. */
async function prepare(engine: EngineParts, state: RunState, request: ResumeRequest): Promise<Prepared> {
  const { definition, cancel, inputs, secrets } = request;
  const given = { ...inputs, ...secrets };
  if (request.replan === true && definition !== undefined) {
    const language = await refuseInvalid(definition.spec, engine);
    const replan = await planReplan(state, definition, given, engine.clock);
    return {
      replan,
      language,
      inputs: replan?.inputs ?? (await inputsOf(state, given, definition.inputs, engine.clock)),
    };
  }
  if (cancel !== undefined && !hasCleanUps(state)) return { inputs: state.created.inputs, language: undefined };
  const schema = definition?.inputs ?? schemaOfInputs(state.spec.inputs);
  return {
    inputs: await inputsOf(state, given, schema, engine.clock),
    language: await loadLanguage(definition?.spec ?? state.spec, engine),
  };
}

function hasCleanUps(state: RunState): boolean {
  return state.spec.phases.some(({ after }) => after === 'always');
}
