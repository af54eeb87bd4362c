import { resolve } from 'node:path';
import type { RunSummary, Selection } from '@orch/core';
import { isOrchError, leftOutBy, orchError, randomIds } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { configInForce } from '../config/config-in-force.ts';
import { drive } from '../drive.ts';
import type { DriveRequest } from '../drive.ts';
import type { ExitCode } from '../catalogue.ts';
import { follow } from '../follow.ts';
import { inputsOfWorkflow } from '../inputs/inputs-of-workflow.ts';
import type { InputSources } from '../inputs/given-inputs.ts';
import { withChoice } from '../module/workflow-of-run.ts';
import { loadPlan } from '../plan-file.ts';
import { backendsToSearch, chooseBackend } from '../backend/choose-backend.ts';
import { rememberBackend } from '../backend/known-backends.ts';
import { openSession } from '../session.ts';
import { recoverCommand } from '../recover-command.ts';
import type { Session } from '../session.ts';
import { say } from '../streams.ts';
import { shellWord } from '../view/text.ts';
import { chooseOutput } from '../view/view.ts';
import type { OutputKind } from '../view/view.ts';

export interface ExecuteOptions extends InputSources, Chosen {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly concurrency?: number;
  readonly runId?: string;
  readonly json?: boolean;
  readonly output?: OutputKind;
  readonly commandCheck: boolean;
  readonly failFast?: boolean;
}

/** Names of phases, as they stand on the command line. */
type Chosen = { readonly [Way in keyof Selection]?: readonly string[] };

/** Starts a run of a plan and drives it; with `--run-id` goes on with that run, or follows it. */
export async function execute(path: string, options: ExecuteOptions): Promise<ExitCode> {
  await using reading = await openSession(options);
  const { workflow, stateBackend } = await loadPlan(reading, path, options);
  const { spec } = workflow.definition;
  const inputs = await inputsOfWorkflow(workflow, options);
  const choice = choiceOf(
    options,
    spec.phases.map(({ name }) => name),
  );
  // Before anything is written or said of a new run.
  if (choice.selection !== undefined) leftOutBy(spec, choice.selection);
  const { directory } = reading.place;
  const at = chooseBackend({ flag: options.backend, plan: stateBackend }, reading.place);
  // Where neither the command line nor the plan says.
  const { concurrency = spec.concurrency === undefined ? configInForce()?.concurrency : undefined } = options;
  await using session = await openSession({ ...options, concurrency, at });
  if (options.runId !== undefined) await refuseElsewhere(session, options.runId);
  await rememberBackend(directory, at);
  const runId = options.runId ?? randomIds.runId();
  if (options.runId === undefined) await sayUnfinished(session, workflow.id);
  const request: DriveRequest = {
    session,
    runId,
    takeUp: options.runId !== undefined,
    workflow: workflow.id,
    output: chooseOutput(options.output, process.stderr),
    json: options.json ?? false,
    begin: () => session.orchestrator.execute(workflow, { runId, source: resolve(path), inputs, ...choice }),
  };
  // Awaited here: the session is closed when this function returns.
  const driven = options.runId === undefined ? drive(request) : driveOrFollow(request);
  return await driven.catch(async (error: unknown) => {
    throw await withChoice(error, session, { runId, source: resolve(path) });
  });
}

/** Only what was said: a run that there is already keeps its choice. */
function choiceOf(
  { only, skip, until, failFast }: Pick<ExecuteOptions, 'only' | 'skip' | 'until' | 'failFast'>,
  names: readonly string[],
): { readonly selection?: Selection; readonly failFast?: boolean } {
  const known = new Set(names);
  const selection: Selection = {
    ...(only === undefined ? {} : { only: phasesIn(only, known) }),
    ...(skip === undefined ? {} : { skip: phasesIn(skip, known) }),
    ...(until === undefined ? {} : { until: phasesIn(until, known) }),
  };
  return {
    ...(Object.keys(selection).length === 0 ? {} : { selection }),
    ...(failFast === undefined ? {} : { failFast }),
  };
}

/** A name may hold a comma. What is none is refused by core, which knows what was meant. */
function phasesIn(texts: readonly string[], known: ReadonlySet<string>): readonly string[] {
  const names = texts.flatMap((text) => (known.has(text) ? [text] : text.split(',')));
  return names.map((name) => (known.has(name) ? name : name.trim())).filter((name) => name !== '');
}

/** Whoever drives the run is followed; where it vanishes, this process takes its place. */
async function driveOrFollow(request: DriveRequest): Promise<ExitCode> {
  for (;;) {
    let why: string;
    try {
      return await drive(request);
    } catch (error) {
      if (!isOrchError(error, 'ORCH_RUN_OWNED')) throw error;
      why = error.message;
    }
    const end = await follow({ ...request, why });
    if (end !== 'lost') return end;
    say(`Whoever drove run ${request.runId} is gone. Taking it up.`);
  }
}

/** A run and its attempts have one place in the state folder: a second one of its id would end what still runs of it. */
async function refuseElsewhere({ orchestrator, place, at }: Session, runId: string): Promise<void> {
  const others = backendsToSearch({}, place).filter(({ name }) => name !== at.name);
  if (others.length === 0 || (await lookFor(runId, orchestrator)) === 'there') return;
  let lost: OrchError | undefined;
  for (const other of others) {
    await using session = await openSession({ stateDir: place.directory, at: other });
    const found = await lookFor(runId, session.orchestrator);
    // Its attempts may be there, its journal in the next one.
    if (typeof found === 'object') lost ??= found;
    if (found !== 'there') continue;
    throw orchError({
      code: 'ORCH_RUN_EXISTS',
      message: `Run ${runId} is in ${other.name}, not in ${at.name}.`,
      hint: `Go on with it: --backend ${shellWord(other.name)}; or take another id for a new run.`,
    });
  }
  if (lost !== undefined) throw lost;
}

/** A backend that can't be asked is not: whoever starts a run here does not need it. */
async function lookFor(
  runId: string,
  orchestrator: Session['orchestrator'],
): Promise<'there' | 'elsewhere' | OrchError> {
  try {
    for await (const _event of orchestrator.events(runId)) return 'there';
  } catch (error) {
    if (isOrchError(error, 'ORCH_JOURNAL_LOST')) return error;
    if (!isOrchError(error, 'ORCH_RUN_UNKNOWN') && !isOrchError(error, 'ORCH_BACKEND_UNAVAILABLE')) throw error;
  }
  return 'elsewhere';
}

/** Starting anew while something unfinished is there may be meant, or not. */
async function sayUnfinished(session: Session, workflow: string): Promise<void> {
  let latest: RunSummary | undefined;
  for await (const run of session.orchestrator.list({ workflow })) {
    latest = run;
    break;
  }
  if (latest === undefined || latest.status === 'completed' || latest.status === 'cancelled') return;
  const { runId, status, completed, phases } = latest;
  const done = `${completed} of ${phases} phases done`;
  if (status === 'running') say(`Run ${runId} of ${workflow} is being driven by another process (${done}).`);
  else
    say(
      `The latest run of ${workflow}, ${runId}, is ${status} (${done}). To go on with it: ${recoverCommand(runId, session)}`,
    );
  say('This is a new run.');
}
