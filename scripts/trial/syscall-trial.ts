// One run whose orch comes to harm: it is killed at one call, has one call fail or one write cut short; then it is
// recovered, and judged.
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
import type { TrialBackend } from './trial-backend.ts';
import { callsAbout, callsNamed, straceTo } from './strace.ts';
import type { Injection, TracedCall } from './strace.ts';

export const executing: readonly string[] = ['execute', 'plan.json', '--run-id', runId];
export const recovering: readonly string[] = ['recover', runId];

/** What is driven, and how it came to where the harm is done. */
export interface Scenario {
  readonly program: OrchProgram;
  readonly workload: TrialWorkload;
  /** Default: JSON files. */
  readonly backend?: TrialBackend;
  /** The orch that comes to harm. */
  readonly victim: readonly string[];
  /** Where an orch before it was killed; absent: the victim is the first. */
  readonly killedBefore?: Injection;
  /** Called with the folder once the victim, or an orch after it, said that it started or took up an attempt. */
  readonly onAttempt?: (folder: string) => void;
}

/** What is done to a victim. */
export interface Harm {
  /** As reports call it. */
  readonly words: string;
  /** Whether the victim dies of it. */
  readonly kills: boolean;
  start(place: OrchPlace, args: readonly string[]): OrchProcess;
  /** Looks what was hit, once the victim has ended. */
  look(place: OrchPlace): Pick<TrialResult, 'hit' | 'made'>;
}

export interface TrialResult extends Judged {
  /** The call that was hit; `undefined`: the victim made fewer. */
  readonly hit: string | undefined;
  /** What each call of that kind was about, as far as the victim came. */
  readonly made: readonly string[];
  readonly exitCode: number | null;
  /** What the victim said. */
  readonly words: string;
}

/** All calls of a victim that nothing happens to. */
export async function traceVictim(scenario: Scenario): Promise<TracedCall[]> {
  const place = placeFor(scenario);
  try {
    await killBefore(place, scenario);
    const victim = started(new OrchProcess(place, scenario.victim, tracing(place)), place, scenario);
    const { exitCode, stderr } = await victim.ended;
    if (exitCode !== 0) throw new Error(`orch ${scenario.victim.join(' ')} ended with ${exitCode}: ${stderr}`);
    return callsAbout(place.folder, readFileSync(traceFile(place), 'utf8'));
  } finally {
    killBeside('tree', place);
  }
}

/** The process is killed at a call, or the call fails. */
export function injected(injection: Injection): Harm {
  const { name, ordinal, path, fault } = injection;
  return {
    words: `${'signal' in fault ? fault.signal : fault.error} at ${name} ${ordinal}${path === undefined ? '' : ` of ${path}`}`,
    kills: 'signal' in fault,
    start: (place, args) => new OrchProcess(place, args, tracing(place, injection)),
    look: (place) => {
      const made = callsNamed(name, place.folder, readFileSync(traceFile(place), 'utf8'));
      return { hit: made[ordinal - 1], made };
    },
  };
}

export async function tryHarm(scenario: Scenario, harm: Harm): Promise<TrialResult> {
  const place = placeFor(scenario);
  try {
    const before = await killBefore(place, scenario);
    const victim = started(harm.start(place, scenario.victim), place, scenario);
    const end = await victim.ended;
    const { hit, made } = harm.look(place);
    const recovered = await recoverToTheEnd(place, scenario, end);
    const verdict = await judgeRun(place, scenario.workload, {
      printed: [...before, victim, ...recovered.all].flatMap(({ printed }) => printed),
      killed: harm.kills,
    });
    const faults = [...judgeEnd(end, harm, { ...scenario, hit }), ...recovered.faults, ...verdict.faults];
    const where = `${scenario.victim[0]}, ${harm.words} (${hit ?? 'not reached'})`;
    return {
      ...verdict,
      hit,
      made,
      exitCode: end.exitCode,
      words: end.stderr,
      faults: faults.map((fault) => `${where}: ${fault}`),
    };
  } finally {
    killBeside('tree', place);
  }
}

function placeFor({ program, workload, backend = jsonFiles }: Scenario): OrchPlace {
  return { program, folder: workload.prepare(), trial: randomUUID(), backend };
}

function tracing(place: OrchPlace, injection?: Injection): readonly string[] {
  return straceTo({ file: traceFile(place), folder: place.folder, injection });
}

/** Beside the folder: a look at what orch does in it finds nothing of ours. */
function traceFile({ folder, trial }: OrchPlace): string {
  return join(folder, '..', `${trial}.trace`);
}

async function killBefore(place: OrchPlace, { killedBefore }: Scenario): Promise<OrchProcess[]> {
  if (killedBefore === undefined) return [];
  const first = new OrchProcess(place, executing, tracing(place, killedBefore));
  const { signal, stderr } = await first.ended;
  if (signal !== 'SIGKILL') throw new Error(`orch execute was not killed: ${stderr}`);
  return [first];
}

function started(orch: OrchProcess, { folder }: OrchPlace, { onAttempt }: Scenario): OrchProcess {
  if (onAttempt !== undefined) void orch.firstAttempt.then(() => onAttempt(folder));
  return orch;
}

/** What a process may end with where a call of it failed: it went on, or said that it could not. */
function mayEndSo({ exitCode, stderr }: OrchEnd, victim: readonly string[]): boolean {
  // It could not look whether the owner before it lives, and so leaves the run alone.
  const seesNoOwner = victim === recovering && exitCode === 4 && stderr.includes("can't be seen from here");
  // Nor could it read the plan: how many files it opens before that, outside its folder, is not the same each time.
  const readsNoPlan = victim === executing && exitCode === 3 && stderr.includes('plan.json cannot be read');
  return exitCode === 0 || exitCode === 5 || seesNoOwner || readsNoPlan;
}

function judgeEnd(end: OrchEnd, { kills }: Harm, { victim, hit }: Pick<TrialResult, 'hit'> & Scenario): string[] {
  const { exitCode, signal, stderr, hung } = end;
  if (hung) return [`orch did not end: ${stderr}`];
  if (hit === undefined) return exitCode === 0 ? [] : [`orch was not hit and ended with ${exitCode}: ${stderr}`];
  if (kills) return signal === 'SIGKILL' ? [] : [`orch was not killed but ended with ${exitCode}`];
  const faults: string[] = [];
  if (!mayEndSo(end, victim)) faults.push(`it ended with ${exitCode ?? signal}: ${stderr}`);
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
async function recoverToTheEnd(place: OrchPlace, scenario: Scenario, victim: OrchEnd): Promise<Recovered> {
  const all: OrchProcess[] = [];
  const run = async (args: readonly string[]): Promise<OrchEnd> => {
    const orch = started(new OrchProcess(place, args), place, scenario);
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
