// The judge of a kill loop: holds the journal, what orch printed, what the stand-ins say and what is left in the process
// table against each other. Pure, so that planted faults can be tested.
import type { RunEvent } from '@orch/core';
import { countJournal, judgeJournal, judgePrinted } from './judge-journal.ts';
import type { JournalCounts } from './judge-journal.ts';
import type { StepLog } from './step-log.ts';

/** Who is killed: orch alone; orch, then the wrappers of its commands; orch and every process of its commands. */
export const killModes = ['orch', 'wrappers', 'tree'] as const;
export type KillMode = (typeof killModes)[number];

/** What there is to know of one run when it is over. */
export interface Evidence {
  readonly mode: KillMode;
  /** The journal. */
  readonly events: readonly RunEvent[];
  /** What all processes of orch printed as committed events. */
  readonly printed: readonly RunEvent[];
  readonly steps: StepLog;
  /** Processes of the run that are still there. */
  readonly leftovers: readonly string[];
}

export interface Verdict extends JournalCounts {
  /** Phases that orch printed as completed. */
  readonly acknowledged: number;
  /** Empty: orch kept its promises. */
  readonly faults: readonly string[];
}

export function judge({ mode, events, printed, steps, leftovers }: Evidence): Verdict {
  return {
    ...countJournal(events),
    acknowledged: new Set(printed.flatMap((it) => (it.type === 'phase.completed' ? [it.phase] : []))).size,
    faults: [
      ...judgeJournal(events),
      ...judgePrinted(events, printed),
      ...judgeSteps(events, steps),
      ...(mode === 'orch' ? judgeNothingWasted(events, steps) : []),
      ...leftovers.map((process) => `left over: ${process}`),
    ],
  };
}

function judgeSteps(events: readonly RunEvent[], steps: StepLog): string[] {
  const faults = [
    ...steps.liveCopies.map((phase) => `${JSON.stringify(phase)} started while another copy of it was running`),
    ...steps.tooEarly.map((phase) => `${JSON.stringify(phase)} started before what it depends on was done`),
    ...steps.unreadable.map((line) => `the log of the stand-ins has a strange line: ${line}`),
  ];
  const keys = startedKeys(events);
  const seen = new Set<string>();
  for (const { phase, key } of steps.starts) {
    if (key === undefined) continue;
    if (!keys.has(key)) faults.push(`${JSON.stringify(phase)} ran as attempt ${key}, which the journal does not know`);
    if (seen.has(key)) faults.push(`${JSON.stringify(phase)} ran twice as attempt ${key}`);
    seen.add(key);
  }
  const attempts = countBy(events.flatMap((event) => (event.type === 'phase.started' ? [event.phase] : [])));
  const succeeded = countBy(steps.ends.flatMap(({ phase, exitCode }) => (exitCode === 0 ? [phase] : [])));
  for (const [phase, times] of countBy(steps.starts.map((start) => start.phase)))
    if (times > (attempts.get(phase) ?? 0))
      faults.push(
        `${JSON.stringify(phase)} ran ${times} times, with ${attempts.get(phase) ?? 0} attempts in the journal`,
      );
  for (const event of events)
    if (event.type === 'phase.completed' && !succeeded.has(event.phase))
      faults.push(`${JSON.stringify(event.phase)} is completed, but never ran to a good end`);
  return faults;
}

/** Commands outlive orch: when only orch is killed, each attempt is adopted, or had not begun. */
function judgeNothingWasted(events: readonly RunEvent[], steps: StepLog): string[] {
  const faults: string[] = [];
  const interrupted = events.filter((event) => event.type === 'phase.interrupted');
  const began = new Set(steps.starts.map(({ key }) => key));
  const keyOf = new Map(
    events.flatMap((event) => (event.type === 'phase.started' ? [[`${event.attempt} ${event.phase}`, event.key]] : [])),
  );
  for (const { phase, attempt } of interrupted)
    if (began.has(keyOf.get(`${attempt} ${phase}`)))
      faults.push(`attempt ${attempt} of ${JSON.stringify(phase)} was interrupted, though only orch was killed`);
  const lost = countBy(interrupted.map(({ phase }) => phase));
  const attempts = countBy(events.flatMap((event) => (event.type === 'phase.started' ? [event.phase] : [])));
  const starts = countBy(steps.starts.map(({ phase }) => phase));
  for (const [phase, times] of attempts) {
    const expected = times - (lost.get(phase) ?? 0);
    if ((starts.get(phase) ?? 0) !== expected)
      faults.push(
        `${JSON.stringify(phase)} ran ${starts.get(phase) ?? 0} times for ${expected} attempts that were not interrupted`,
      );
  }
  return faults;
}

/** A harness must prove that it worked: what one kill loop did, over all of its runs. */
export interface Work {
  /** Kills that hit a living orch. */
  readonly kills: number;
  readonly wantedKills: number;
  readonly recovers: number;
  readonly completed: number;
  readonly acknowledged: number;
  /** Wrappers or commands that were killed beside orch. */
  readonly commandsKilled: number;
  readonly adopted: number;
  readonly interrupted: number;
}

/** Why a loop proves nothing, or less than it should. */
export function judgeWork(mode: KillMode, work: Work): string[] {
  const faults: string[] = [];
  if (work.kills === 0) faults.push('no kill hit a living orch');
  else if (work.kills < work.wantedKills)
    faults.push(`only ${work.kills} of ${work.wantedKills} kills hit a living orch`);
  if (work.recovers === 0) faults.push('nothing was recovered');
  if (work.completed === 0) faults.push('no phase was completed');
  if (work.acknowledged === 0) faults.push('orch printed no completed phase');
  if (mode === 'orch' && work.adopted === 0) faults.push('no command was adopted');
  if (mode !== 'orch' && work.commandsKilled === 0) faults.push('no command was killed beside orch');
  if (mode !== 'orch' && work.interrupted === 0) faults.push('no attempt was interrupted');
  return faults;
}

function startedKeys(events: readonly RunEvent[]): ReadonlySet<string> {
  return new Set(events.flatMap((event) => (event.type === 'phase.started' ? [event.key] : [])));
}

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
