import type { Orchestrator, RunHandle, RunSummary } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import type { EventOf } from '@orch/core/author';
import { withPasswordHint } from '../backend/backend-place.ts';
import { backendsToSearch } from '../backend/choose-backend.ts';
import { rememberBackend } from '../backend/known-backends.ts';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { exitCodeOf, exitCodeOfRun, worstOf } from '../exit-codes.ts';
import { secretsOfRun } from '../inputs/secrets-of-run.ts';
import type { InputSources } from '../inputs/given-inputs.ts';
import { leave } from '../leave.ts';
import { withChoice, workflowOfRun } from '../module/workflow-of-run.ts';
import { describeDriver } from '../run/driver-words.ts';
import { resultOf } from '../run/result.ts';
import type { ResultMap } from '../run/result.ts';
import { goOnLabel, recoverCommand } from '../recover-command.ts';
import { openSession } from '../session.ts';
import type { Session } from '../session.ts';
import { listenToSignals } from '../signals.ts';
import type { Signals } from '../signals.ts';
import { findStatePlace } from '../state-place.ts';
import { print, say } from '../streams.ts';
import { count, harmless, shellWord } from '../view/text.ts';

export interface RecoverAllOptions extends Pick<InputSources, 'inputs'> {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly concurrency?: number;
  readonly json?: boolean;
}

interface Unfinished {
  readonly session: Session;
  readonly run: RunSummary;
}

/** A run that is driven here. */
interface Begun extends Unfinished {
  readonly handle: RunHandle;
}

/** What became of a run. */
interface End {
  readonly code: ExitCode;
  readonly result?: ResultMap;
}

/**
 * Takes up all runs of all known backends that were interrupted or have waited long enough, and drives them at once. What
 * has ended stays as it is; what is driven elsewhere is left alone. Answers with 0 when all completed, else with the
 * worst of their codes.
 */
export async function recoverAll(options: RecoverAllOptions): Promise<ExitCode> {
  const place = findStatePlace(options.stateDir);
  const sessions: Session[] = [];
  try {
    const codes: ExitCode[] = [];
    const found: Unfinished[] = [];
    for (const at of backendsToSearch({ flag: options.backend }, place)) {
      const session = await openSession({ ...options, at });
      sessions.push(session);
      codes.push(await findUnfinished(session, found));
    }
    const runs = found.filter((it) => !isCopied(it, found));
    if (runs.length < found.length) codes.push(exitCodes.usage);
    if (found.length === 0) say('No run is interrupted, and none has waited long enough.');
    const begun: Begun[] = [];
    // Before the first is begun: whoever reads that it is may press Ctrl-C.
    using signals = listenToAll(begun, count(runs.length, 'run'), `orch recover --all${place.flag}`);
    for (const run of runs) {
      if (signals.asked !== undefined) break;
      const started = await begin(run, options);
      if (typeof started === 'number') codes.push(started);
      else {
        begun.push(started);
        // What was being begun when the order to stop came has not heard it.
        if (signals.asked !== undefined) void started.handle.stop().catch(() => undefined);
      }
    }
    const ends = await Promise.all(begun.map(driveOne));
    if (signals.asked !== undefined) codes.push(signals.asked);
    if (options.json === true)
      await print(`${JSON.stringify(ends.flatMap(({ result }) => (result === undefined ? [] : [result])))}\n`);
    return worstOf([...codes, ...ends.map(({ code }) => code)]);
  } finally {
    for (const session of sessions) await session[Symbol.asyncDispose]();
  }
}

/** Adds what is to be taken up. One backend that can't be asked hides no other. */
async function findUnfinished(session: Session, found: Unfinished[]): Promise<ExitCode> {
  const { orchestrator, at, place } = session;
  try {
    for await (const run of orchestrator.list()) {
      if (run.status === 'interrupted' || (run.status === 'waiting' && (await isDue(orchestrator, run.runId))))
        found.push({ session, run });
      else if (run.status === 'running')
        say(`Run ${run.runId} is ${describeDriver(await orchestrator.show(run.runId))}: it is left alone.`);
    }
    return exitCodes.done;
  } catch (thrown) {
    const error = withPasswordHint(at, thrown);
    if (!isOrchError(error)) throw error;
    const hint = error.hint === undefined ? '' : ` ${harmless(error.hint)}`;
    say(`The runs in ${harmless(at.name)} were not all looked at: ${harmless(error.message)}${hint} [${error.code}]`);
    say(`  Next: orch doctor${place.flag}`);
    return exitCodeOf(error.code);
  }
}

/** Whether the time has come that a run waits for. */
async function isDue(orchestrator: Orchestrator, runId: string): Promise<boolean> {
  let last: EventOf<'run.waiting'> | undefined;
  for await (const event of orchestrator.events(runId)) if (event.type === 'run.waiting') last = event;
  return last?.for === 'time' && (last.until ?? 0) <= Date.now();
}

/** A run and its copy are one: which of them is to go on, nobody can tell. */
function isCopied({ run: { runId }, session }: Unfinished, all: readonly Unfinished[]): boolean {
  const others = all.filter((it) => it.run.runId === runId && it.session !== session);
  if (others.length === 0) return false;
  say(
    `Run ${runId} is in more than one backend: orch recover ${runId}${session.place.flag} --backend ${shellWord(session.at.name)}`,
  );
  return true;
}

async function begin({ session, run }: Unfinished, { inputs }: RecoverAllOptions): Promise<Begun | ExitCode> {
  const { orchestrator, place, at } = session;
  try {
    const { runId } = run;
    const workflow = await workflowOfRun(session, run);
    const secrets = await secretsOfRun(orchestrator, { runId, ...(inputs === undefined ? {} : { inputs }) });
    await rememberBackend(place.directory, at);
    say(`Run ${runId} of ${run.workflow} is taken up: ${run.completed} of ${run.phases} phases are completed.`);
    const handle = orchestrator.recover<Record<string, unknown>, Record<string, unknown>>(runId, {
      secrets,
      unfinishedOnly: true,
      ...(workflow === undefined ? {} : { workflow }),
    });
    return { session, run, handle };
  } catch (error) {
    return refused(run, error);
  }
}

/** Signals are for all that have been begun when they come. */
function listenToAll(begun: readonly Begun[], what: string, recover: string): Signals {
  const handle = {
    stop: async () => void (await Promise.all(begun.map((it) => it.handle.stop()))),
    detach: async () => void (await Promise.all(begun.map((it) => it.handle.detach()))),
  };
  return listenToSignals({ handle, what, say, recover, exit: leave });
}

async function driveOne({ session, run, handle }: Begun): Promise<End> {
  const { runId, workflow } = run;
  try {
    const result = await handle.result();
    const { status } = result;
    const failure = 'reason' in result ? result.reason : undefined;
    const how = status === 'completed' ? '' : ` ${goOnLabel(failure)}: ${recoverCommand(runId, session, failure)}`;
    say(`Run ${runId} of ${workflow} is ${status}.${how}`);
    const code = exitCodeOfRun(status, failure);
    return { code, result: resultOf(await session.orchestrator.show(runId), status) };
  } catch (error) {
    return { code: refused(run, await withChoice(error, session, run)) };
  }
}

/** One run that can't be driven keeps no other. What somebody else took meanwhile is in good hands. */
function refused({ runId, workflow }: RunSummary, error: unknown): ExitCode {
  if (!isOrchError(error)) throw error;
  const hint = error.hint === undefined ? '' : ` ${error.hint}`;
  const [first = '', ...more] = `${error.message}${hint}`.split('\n').map(harmless);
  say([`Run ${runId} of ${workflow} is left alone: ${first}`, ...more].join('\n') + ` [${error.code}]`);
  return error.code === 'ORCH_RUN_OWNED' ? exitCodes.done : exitCodeOf(error.code);
}
