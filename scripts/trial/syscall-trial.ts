// One run whose orch is killed at one call, or has one call fail; then recovered, and judged.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { killBeside } from './commands.ts';
import { judgeRun, runId } from './judge-run.ts';
import type { Judged } from './judge-run.ts';
import type { TrialWorkload } from './trial-workload.ts';
import { OrchProcess } from './orch-process.ts';
import type { OrchEnd, OrchPlace, OrchProgram } from './orch-process.ts';
import { jsonFiles } from './trial-backend.ts';
import { callHit, callsAbout, straceTo } from './strace.ts';
import type { Injection, TracedCall } from './strace.ts';

export const executing: readonly string[] = ['execute', 'plan.json', '--run-id', runId];
export const recovering: readonly string[] = ['recover', runId];

/** What is driven, and how it came to where the fault hits it. */
export interface Scenario {
  readonly program: OrchProgram;
  readonly workload: TrialWorkload;
  /** The orch that the fault hits. */
  readonly victim: readonly string[];
  /** Where an orch before it was killed; absent: the victim is the first. */
  readonly killedBefore?: Injection;
}

export interface TrialResult extends Judged {
  /** The call that was hit; `undefined`: the victim made fewer. */
  readonly hit: string | undefined;
  readonly exitCode: number | null;
  /** What the victim said. */
  readonly words: string;
}

/** All calls of a victim that nothing happens to. */
export async function traceVictim(scenario: Scenario): Promise<TracedCall[]> {
  const place = placeFor(scenario);
  try {
    await killBefore(place, scenario);
    const { ended } = new OrchProcess(place, scenario.victim, straceTo(traceFile(place)));
    const { exitCode, stderr } = await ended;
    if (exitCode !== 0) throw new Error(`orch ${scenario.victim.join(' ')} ended with ${exitCode}: ${stderr}`);
    return callsAbout(place.folder, readFileSync(traceFile(place), 'utf8'));
  } finally {
    killBeside('tree', place);
  }
}

export async function tryFault(scenario: Scenario, injection: Injection): Promise<TrialResult> {
  const place = placeFor(scenario);
  try {
    const before = await killBefore(place, scenario);
    const victim = new OrchProcess(place, scenario.victim, straceTo(traceFile(place), injection));
    const end = await victim.ended;
    const hit = callHit(place.folder, readFileSync(traceFile(place), 'utf8'), injection);
    const recovered = await recoverToTheEnd(place, end);
    const verdict = await judgeRun(place, scenario.workload, {
      printed: [...before, victim, ...recovered.all].flatMap(({ printed }) => printed),
      killed: 'signal' in injection.fault,
    });
    const faults = [...judgeEnd(end, injection, hit), ...recovered.faults, ...verdict.faults];
    const where = `${scenario.victim[0]}, ${describe(injection)} (${hit ?? 'not reached'})`;
    return {
      ...verdict,
      hit,
      exitCode: end.exitCode,
      words: end.stderr,
      faults: faults.map((fault) => `${where}: ${fault}`),
    };
  } finally {
    killBeside('tree', place);
  }
}

function describe({ name, ordinal, fault }: Injection): string {
  return `${'signal' in fault ? fault.signal : fault.error} at ${name} ${ordinal}`;
}

function placeFor({ program, workload }: Scenario): OrchPlace {
  return { program, folder: workload.prepare(), trial: randomUUID(), backend: jsonFiles };
}

/** Beside the folder: a look at what orch does in it finds nothing of ours. */
function traceFile({ folder, trial }: OrchPlace): string {
  return join(folder, '..', `${trial}.trace`);
}

async function killBefore(place: OrchPlace, { killedBefore }: Scenario): Promise<OrchProcess[]> {
  if (killedBefore === undefined) return [];
  const first = new OrchProcess(place, executing, straceTo(traceFile(place), killedBefore));
  const { signal, stderr } = await first.ended;
  if (signal !== 'SIGKILL') throw new Error(`orch execute was not killed: ${stderr}`);
  return [first];
}

/** What a process may end with where a call of it failed: it went on, or said that it could not. */
const endsAfterError: readonly (number | null)[] = [0, 5];

function judgeEnd(end: OrchEnd, { fault }: Injection, hit: string | undefined): string[] {
  const { exitCode, signal, stderr, hung } = end;
  if (hung) return [`orch did not end: ${stderr}`];
  if (hit === undefined) return exitCode === 0 ? [] : [`orch was not hit and ended with ${exitCode}: ${stderr}`];
  if ('signal' in fault) return signal === fault.signal ? [] : [`orch was not killed but ended with ${exitCode}`];
  const faults: string[] = [];
  if (!endsAfterError.includes(exitCode)) faults.push(`it ended with ${exitCode ?? signal}: ${stderr}`);
  if (/^ +at .*[:(]\d+/m.test(stderr)) faults.push(`a stack trace reached the user: ${stderr}`);
  if (stderr.includes('ORCH_INTERNAL')) faults.push(`it was said to be a bug: ${stderr}`);
  if (exitCode !== 0 && !/^orch: .+\n( {2}.+\n)+ {2}\[ORCH_\w+\]$/m.test(stderr))
    faults.push(`no message, hint and code: ${stderr}`);
  return faults;
}

interface Recovered {
  readonly all: readonly OrchProcess[];
  readonly faults: readonly string[];
}

/** One recover is enough, and another one does no harm. A run that was never made is begun. */
async function recoverToTheEnd(place: OrchPlace, victim: OrchEnd): Promise<Recovered> {
  const all: OrchProcess[] = [];
  const run = async (args: readonly string[]): Promise<OrchEnd> => {
    const orch = new OrchProcess(place, args);
    all.push(orch);
    return orch.ended;
  };
  let end = victim;
  if (victim.exitCode !== 0) {
    end = await run(recovering);
    if (end.exitCode === 3) end = await run(executing);
  }
  const faults = end.exitCode === 0 ? [] : [`recover ended with ${end.exitCode ?? end.signal}: ${end.stderr}`];
  return { all, faults };
}
