// Kills orch at random instants, recovers, again and again until the run is done; then begins a new run, until orch was
// killed often enough.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunEvent } from '@orch/core';
import type { BackendKind } from './backend-kind.ts';
import { killBeside } from './commands.ts';
import { failedByKills, finalFailures, wordsOf } from './failed-by-kills.ts';
import { judgeWork } from './judge.ts';
import { judgeEvents, readEvents, runId } from './judge-run.ts';
import type { KillMode } from './judge.ts';
import { OrchProcess } from './orch-process.ts';
import type { OrchPlace } from './orch-process.ts';
import type { Random } from './random.ts';
import type { Tried } from './trial-workload.ts';

export interface KillOptions extends Tried {
  readonly mode: KillMode;
  readonly kills: number;
  readonly random: Random;
  /** How long orch takes until it prints something, and a phase until it is done. */
  readonly startupMs: number;
  readonly phaseMs: number;
}

export interface KillResult {
  readonly workload: string;
  readonly backend: BackendKind;
  readonly mode: KillMode;
  readonly runs: number;
  readonly kills: number;
  readonly recovers: number;
  readonly completed: number;
  readonly acknowledged: number;
  readonly commandsKilled: number;
  readonly adopted: number;
  readonly interrupted: number;
  readonly right: boolean;
  readonly clean: boolean;
  readonly seconds: number;
  readonly faults: readonly string[];
}

type Totals = { -readonly [Key in keyof KillResult]: KillResult[Key] } & {
  faults: string[];
  /** Runs in a row that ended before the kill that was meant for them. */
  missed: number;
};

/** So many kills in a row without a completed phase: then the next one waits for one, or the run would never end. */
const mostFruitless = 8;

export async function killAgainAndAgain(options: KillOptions): Promise<KillResult> {
  const { workload, backend, mode, kills } = options;
  const startedAt = performance.now();
  const totals: Totals = {
    workload: workload.name,
    backend: backend.kind,
    mode,
    runs: 0,
    kills: 0,
    recovers: 0,
    completed: 0,
    acknowledged: 0,
    commandsKilled: 0,
    adopted: 0,
    interrupted: 0,
    right: true,
    clean: true,
    seconds: 0,
    faults: [],
    missed: 0,
  };
  // On a slow machine many a run ends before it is hit.
  const mostRuns = 2 * kills + 3;
  while (totals.runs < mostRuns && totals.kills < kills && totals.faults.length === 0) await oneRun(options, totals);
  totals.faults.push(...judgeWork(mode, { ...totals, wantedKills: kills }));
  totals.seconds = (performance.now() - startedAt) / 1000;
  const { missed: _missed, ...result } = totals;
  return result;
}

async function oneRun(options: KillOptions, totals: Totals): Promise<void> {
  const { program, workload, backend, mode } = options;
  const place: OrchPlace = { program, folder: workload.prepare(), trial: randomUUID(), backend };
  totals.runs++;
  try {
    const printed = await driveWithKills(place, options, totals);
    if (totals.faults.length > 0) return;
    const events = await readEvents(backend.backendOf(place.folder));
    const verdict = await judgeEvents(place, workload, { mode, events, printed });
    const { right, clean, faults } = workload.check(place.folder);
    totals.completed += verdict.completed;
    totals.acknowledged += verdict.acknowledged;
    totals.adopted += verdict.adopted;
    totals.interrupted += verdict.interrupted;
    totals.right &&= right;
    totals.clean &&= clean;
    totals.faults.push(...verdict.faults, ...faults);
    if (!right) totals.faults.push('what the run made is not right');
    if (mode === 'orch' && !clean)
      totals.faults.push('something was started more often than needed, though only orch was killed');
  } finally {
    killBeside('tree', place);
  }
}

/** Answers with what orch printed as committed, over all of its lives. */
async function driveWithKills(place: OrchPlace, options: KillOptions, totals: Totals): Promise<RunEvent[]> {
  const printed: RunEvent[] = [];
  let exists = false;
  let fruitless = 0;
  let excused = 0;
  for (;;) {
    const args = exists ? ['recover', runId] : ['execute', 'plan.json', '--run-id', runId];
    const orch = new OrchProcess(place, args);
    const isMeant = totals.kills < options.kills;
    if (isMeant) await killLater(orch, options, { kills: totals.kills, fruitless, missed: totals.missed });
    const { exitCode, signal, stderr, hung } = await orch.ended;
    printed.push(...orch.printed);
    if (hung) {
      totals.faults.push(`orch ${args.join(' ')} did not end: ${stderr.trim().slice(-2000)}`);
      return printed;
    }
    // Killed before there was a run: the next one begins it.
    if (exists && exitCode === 3 && printed.length === 0) {
      exists = false;
      continue;
    }
    if (exists) totals.recovers++;
    if (signal === 'SIGKILL') {
      totals.kills++;
      totals.missed = 0;
      totals.commandsKilled += killBeside(options.mode, place);
      fruitless = orch.printed.some(({ type }) => type === 'phase.completed') ? 0 : fruitless + 1;
      exists = true;
      continue;
    }
    if (isMeant) totals.missed++;
    // What we killed too often fails in the end; whoever recovers the run again gets it done. Once for each kill at most.
    if (exitCode === 1 && excused < totals.kills && failedByKills(options.mode, orch.printed)) {
      excused++;
      console.error(`recovered again after kills: ${finalFailures(orch.printed).map(wordsOf).join('; ')}`);
      continue;
    }
    if (exitCode !== 0)
      totals.faults.push(
        `orch ${args.join(' ')} ended with ${exitCode ?? signal}: ${finalFailures(orch.printed).map(wordsOf).join('; ')} ${stderr.trim().slice(-2000)}`,
      );
    return printed;
  }
}

interface Progress {
  /** Kills so far. */
  readonly kills: number;
  /** Kills since a phase was completed. */
  readonly fruitless: number;
  readonly missed: number;
}

/** Where the machine is so slow that kills come too late, each comes sooner than the one before. */
async function killLater(
  orch: OrchProcess,
  options: KillOptions,
  { kills, fruitless, missed }: Progress,
): Promise<void> {
  const over = new AbortController();
  const wait = async (): Promise<void> => {
    if (fruitless >= mostFruitless) await orch.nextCompletion();
    const instant = chooseInstant(aims[kills % aims.length] ?? 'anytime', options);
    if (instant.afterAttempt) await orch.firstAttempt;
    await sleep(instant.ms / 2 ** missed, undefined, { signal: over.signal }).catch(ignoreAbort);
  };
  await Promise.race([orch.ended, wait()]);
  over.abort();
  orch.kill();
}

/** What is aimed at, in turn: a running command; anything; the start of orch and its taking up of the run. */
const aims = ['command', 'anytime', 'start'] as const;

interface Instant {
  /** Counted from the first attempt that this orch starts or adopts, not from its own start. */
  readonly afterAttempt: boolean;
  readonly ms: number;
}

function chooseInstant(aim: (typeof aims)[number], { random, startupMs, phaseMs }: KillOptions): Instant {
  switch (aim) {
    case 'command':
      return { afterAttempt: true, ms: random.between(0.2, 0.7) * phaseMs };
    case 'anytime':
      return { afterAttempt: false, ms: random.between(0, 1.5) * (startupMs + phaseMs) };
    case 'start':
      return { afterAttempt: false, ms: random.between(0, 1.5) * startupMs };
    default:
      return aim satisfies never;
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
}
