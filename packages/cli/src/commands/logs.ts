import type { AttemptReport, RunEvent, RunReport } from '@orch/core';
import { orchError } from '@orch/core/author';
import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { openRun } from '../find-run.ts';
import { recoverCommand } from '../recover-command.ts';
import { FoldedRun } from '../run/folded-run.ts';
import { hearRun } from '../run/hear-run.ts';
import { LogPlaces } from '../run/log-places.ts';
import { LogPrinter } from '../run/log-printer.ts';
import { endWhenReaderLeaves, say } from '../streams.ts';
import { harmless } from '../view/text.ts';

export interface LogsOptions {
  readonly stateDir?: string;
  readonly backend?: string;
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly tail?: number;
}

const lookEveryMs = 200;
/** Somebody has to see that it was killed, and to recover it. */
const patienceMs = 60_000;
const mostNamed = 20;

/**
 * What the attempts of a run printed, as it was printed. Of one phase: its latest attempt, or the one that `--attempt`
 * names. Of all phases: the latest attempt of each, in the order in which they began. Followed: what comes after, too,
 * until what is followed has ended or nobody drives the run.
 */
export async function logs(text: string, phase: string | undefined, options: LogsOptions): Promise<ExitCode> {
  endWhenReaderLeaves();
  await using found = await openRun(options, text);
  const { orchestrator, place, at } = found.session;
  const { runId } = found.run;
  const run = new FoldedRun(runId);
  const places = new LogPlaces(runId, at, place.directory);
  const add = (event: RunEvent): void => {
    run.add(event);
    places.add(event);
  };
  for await (const event of orchestrator.events(runId)) add(event);
  if (phase !== undefined) refuseUnknown(run.report, phase, options.attempt);
  const printer = new LogPrinter((attempt) => places.filesOf(attempt), {
    titles: phase === undefined,
    tail: options.tail,
  });
  const first = latestAttempts(run.report);
  const absent = new Set<string>();
  const isHere = (it: AttemptReport): boolean => {
    const host = places.elsewhere(it);
    if (host !== undefined && !absent.has(it.key)) {
      absent.add(it.key);
      const file = places.fileOf(it);
      say(`The log of ${harmless(it.phase)}, attempt ${it.attempt}, is on ${harmless(host)}: ${harmless(file)}`);
    }
    return host === undefined;
  };
  const print = (live: boolean): Promise<void> =>
    printer.print(choose(run, { phase, attempt: options.attempt, first }).filter(isHere), { live });
  if (options.follow === true) {
    const stop = new AbortController();
    const reading = hearRun(orchestrator, {
      report: run.report,
      hear: add,
      signal: stop.signal,
      // Who asks for a run that nobody drives need not wait.
      patienceMs: found.run.status === 'running' ? patienceMs : 0,
      gone: () =>
        say(
          `Whoever drove run ${runId} is gone; its commands may go on. Followed for ${patienceMs / 1_000} s more. To go on: ${recoverCommand(runId, found.session)}`,
        ),
    });
    while (!(await endsWithin(reading, lookEveryMs)) && !isOver(run, phase, options.attempt)) await print(true);
    stop.abort();
    await reading;
  }
  await print(false);
  if (printer.printed === 0 && printer.missing === 0 && absent.size === 0 && options.tail !== 0)
    say('Nothing was printed.');
  if (options.follow !== true || run.report.status !== 'running' || isOver(run, phase, options.attempt))
    return exitCodes.done;
  say(`Nobody drives run ${runId}. To go on: ${recoverCommand(runId, found.session)}`);
  return exitCodes.interrupt;
}

interface Choice {
  readonly phase: string | undefined;
  readonly attempt: number | undefined;
  /** The number of the first attempt that is of interest, by phase; absent: all are. */
  readonly first: ReadonlyMap<string, number>;
}

function choose({ attempts }: FoldedRun, { phase, attempt, first }: Choice): readonly AttemptReport[] {
  return attempts
    .filter((it) => phase === undefined || it.phase === phase)
    .filter((it) => (attempt === undefined ? it.attempt >= (first.get(it.phase) ?? 1) : it.attempt === attempt));
}

function latestAttempts({ phases }: RunReport): ReadonlyMap<string, number> {
  return new Map(phases.map(({ name, attempts }) => [name, attempts.at(-1)?.attempt ?? 1]));
}

/** Whether nothing more can come of what is followed, though the run goes on. */
function isOver(run: FoldedRun, phase: string | undefined, attempt: number | undefined): boolean {
  const found = phase === undefined ? undefined : run.phase(phase);
  if (found === undefined) return false;
  if (attempt !== undefined) return found.attempts.every((it) => it.attempt !== attempt || it.status !== 'running');
  return found.status !== 'running' && found.status !== 'pending';
}

async function endsWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const ended = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}

function refuseUnknown({ runId, phases }: RunReport, phase: string, attempt: number | undefined): void {
  const found = phases.find(({ name }) => name === phase);
  if (found === undefined) {
    const names = phases.slice(0, mostNamed).map(({ name }) => harmless(name));
    throw orchError({
      code: 'ORCH_RUN_NO_PHASE',
      message: `Run ${runId} has no phase "${harmless(phase)}".`,
      hint: `Its phases: ${names.join(', ')}${phases.length > mostNamed ? ', …' : ''}`,
    });
  }
  if (attempt === undefined || found.attempts.some((it) => it.attempt === attempt)) return;
  const numbers = found.attempts.map((it) => it.attempt).join(', ');
  throw orchError({
    code: 'ORCH_RUN_NO_PHASE',
    message: `Phase "${harmless(phase)}" of run ${runId} has no attempt ${attempt}.`,
    hint: numbers === '' ? 'It was not started yet.' : `Its attempts: ${numbers}`,
  });
}
