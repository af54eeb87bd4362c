// Stops the process that drives a run, takes the run over, and lets the process go on: nothing that it still writes may
// reach the run's history. Run: node scripts/pause.ts [--backend json|sqlite|redis] [--rounds N] [--seed N]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RunEvent } from '@orch/core';
import { judgeJournal, judgePrinted } from './trial/judge-journal.ts';
import { readEvents, runId } from './trial/judge-run.ts';
import { parseBackendKind } from './trial/backend-kind.ts';
import type { BackendKind } from './trial/backend-kind.ts';
import { inLanes } from './trial/lanes.ts';
import { driverOf, shortPhases } from './trial/paused-workflow.ts';
import { chooseSeed, seededRandom } from './trial/random.ts';
import { list } from './trial/report.ts';
import { startBackend } from './trial/trial-backend.ts';
import type { LeasedBackend } from './trial/trial-backend.ts';

/**
 * `awake`: an owner of another host that knows how long it slept. `dazed`: one whose clocks stood still meanwhile, so
 * that only the journal can tell it. `here`: one of this host, taken over by force.
 */
export const pauseModes = ['awake', 'dazed', 'here'] as const;
export type PauseMode = (typeof pauseModes)[number];

export interface PauseResult {
  readonly mode: PauseMode;
  /** Events that the owner printed as committed before it was stopped. */
  readonly acknowledged: number;
  /** What it said in the end; nothing where it was killed. */
  readonly end: string | undefined;
  readonly faults: readonly string[];
}

export interface PauseOptions {
  readonly backend: BackendKind;
  readonly rounds: number;
  readonly lanes: number;
  readonly seed: number;
  /** Node's own arguments. */
  readonly nodeArguments: readonly string[];
}

const phases = 30;

export async function pauseAgainAndAgain(options: PauseOptions): Promise<PauseResult[]> {
  const { rounds, lanes, seed, nodeArguments } = options;
  await using backend = await startBackend(options.backend);
  const random = seededRandom(seed);
  const plans = Array.from({ length: rounds }, (_, index) => ({
    backend,
    mode: pauseModes[index % pauseModes.length]!,
    completions: Math.floor(random.between(1, phases / 2)),
    delayMs: random.between(0, 5),
  }));
  return await inLanes(plans, lanes, (plan) => oneRound(plan, nodeArguments));
}

interface Plan {
  readonly backend: LeasedBackend;
  readonly mode: PauseMode;
  /** The owner is stopped so long after so many phases were completed. */
  readonly completions: number;
  readonly delayMs: number;
}

async function oneRound(plan: Plan, nodeArguments: readonly string[]): Promise<PauseResult> {
  const { backend, mode } = plan;
  const folder = mkdtempSync(join(tmpdir(), 'orch-pause-'));
  const owner = startOwner(folder, plan, nodeArguments);
  try {
    await owner.completed(plan.completions);
    await sleep(plan.delayMs);
    await stop(owner.pid);
    while (backend.isLocked(folder)) await stopLater(owner.pid);
    const acknowledged = owner.printed.length;
    const written = await readEvents(backend.backendOf(folder));
    // On a busy machine it may be done before it is stopped: nothing was left to take over.
    if (written.at(-1)?.type === 'run.completed') return await oneRound(plan, nodeArguments);
    const before = written.length;
    if (mode !== 'here') await backend.expire(folder, runId);
    const taken = await takeOver(folder, plan);
    if (mode === 'awake') writeFileSync(join(folder, 'slept'), '');
    if (mode !== 'here') process.kill(owner.pid, 'SIGCONT');
    const end = await owner.ended;
    const printed = [...owner.printed, ...taken];
    return { mode, acknowledged, end, faults: await judgeRound(folder, plan, { printed, before, end }) };
  } finally {
    owner.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Outcome {
  readonly printed: readonly RunEvent[];
  /** Events in the journal while the owner was stopped. */
  readonly before: number;
  readonly end: string | undefined;
}

async function judgeRound(
  folder: string,
  { backend, mode }: Plan,
  { printed, before, end }: Outcome,
): Promise<string[]> {
  const events = await readEvents(backend.backendOf(folder));
  const stale = events.filter(({ epoch, version }) => epoch === 1 && version > before);
  const attempts = new Set(events.flatMap((it) => (it.type === 'phase.started' ? [`${it.phase} ${it.attempt}`] : [])));
  const effects = readFileSync(join(folder, 'effects'), 'utf8').split('\n').slice(0, -1);
  const expectedEnd = mode === 'here' ? undefined : 'ORCH_RUN_LOST';
  return [
    ...judgeJournal(events),
    ...judgePrinted(events, printed),
    // What was written but not acknowledged when it was stopped is history if the taker found it whole.
    ...stale.map(({ type, version }) => `stale event ${version}: ${type}`),
    ...effects.filter((it) => !attempts.has(it)).map((it) => `${it} began, which the journal does not know`),
    ...(new Set(effects).size === effects.length ? [] : ['an attempt began twice']),
    ...(end === expectedEnd ? [] : [`the owner ended with ${end ?? 'a kill'}, not ${expectedEnd ?? 'a kill'}`]),
  ].map((fault) => `${mode}: ${fault}`);
}

/** Recovers the run to its end, in this process. */
async function takeOver(folder: string, { backend, mode }: Plan): Promise<RunEvent[]> {
  const byForce = mode === 'here';
  const printed: RunEvent[] = [];
  const orch = driverOf({ backend: backend.backendOf(folder), hear: (event) => void printed.push(event) });
  try {
    const workflow = shortPhases(phases, join(folder, 'effects'));
    await orch.recover(runId, { workflow, takeOver: byForce, otherHost: !byForce }).result();
    return printed;
  } finally {
    await orch.close();
  }
}

interface Owner {
  readonly pid: number;
  readonly printed: RunEvent[];
  readonly ended: Promise<string | undefined>;
  completed(count: number): Promise<void>;
  kill(): void;
}

function startOwner(folder: string, { backend, mode }: Plan, nodeArguments: readonly string[]): Owner {
  const program = join(import.meta.dirname, 'paused-owner.ts');
  const machine = mode === 'here' ? [] : ['elsewhere'];
  const [, place = 'json'] = backend.executeOptions(folder);
  const child = spawn(process.execPath, [...nodeArguments, program, folder, String(phases), place, ...machine], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const printed: RunEvent[] = [];
  let end: string | undefined;
  let heard = (): void => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as RunEvent | { readonly end: string };
    if ('end' in said) end = said.end;
    else printed.push(said);
    heard();
  });
  const ended = new Promise<string | undefined>((resolve) => child.once('close', () => resolve(end)));
  return {
    pid: child.pid!,
    printed,
    ended,
    completed: (count) =>
      new Promise((resolve, reject) => {
        heard = () => {
          if (printed.filter(({ type }) => type === 'phase.completed').length >= count) resolve();
        };
        void ended.then(() => reject(new Error(`the owner ended before it could be stopped: ${end}`)));
      }),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** The signal is delivered a moment after it is sent. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  while (!/\) [TZ]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await sleep(1);
}

/** Who was stopped in the midst of writing to a file that others share goes on for a moment. */
async function stopLater(pid: number): Promise<void> {
  process.kill(pid, 'SIGCONT');
  await sleep(1);
  await stop(pid);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { backend: { type: 'string' }, rounds: { type: 'string' }, seed: { type: 'string' } },
  });
  const seed = chooseSeed(values.seed);
  const results = await pauseAgainAndAgain({
    backend: parseBackendKind(values.backend),
    rounds: Number(values.rounds ?? 200),
    lanes: 2,
    seed,
    nodeArguments: process.execArgv,
  });
  const faults = results.flatMap((it) => it.faults);
  const acknowledged = results.reduce((sum, it) => sum + it.acknowledged, 0);
  console.log(`seed ${seed}: ${results.length} rounds, ${acknowledged} events acknowledged, ${faults.length} faults`);
  if (faults.length > 0) {
    console.log(list(faults));
    process.exitCode = 1;
  }
}
