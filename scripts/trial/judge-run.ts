// A run held against all that there is to know of it, without starting another orch.
import type { RunEvent } from '@orch/core';
import type { Backend } from '@orch/core/author';
import { judge } from './judge.ts';
import type { Evidence, Verdict } from './judge.ts';
import type { TrialWorkload } from './trial-workload.ts';
import type { OrchPlace } from './orch-process.ts';
import { processesOfAttempts, processesOfTrial, remaining } from './processes.ts';

/** The run of a trial. */
export const runId = 'trial';

/** What there is of a run beside its folder. */
export interface Witnesses {
  readonly printed: readonly RunEvent[];
  /** Where orch was killed each of its commands is adopted; one that gave up may have ended them. */
  readonly killed: boolean;
  /** Where the journal is to be seen; default: where orch was told to keep it. */
  readonly journal?: Backend;
}

export type Judged = Pick<Verdict, 'acknowledged' | 'adopted' | 'interrupted' | 'faults'>;

/** Judges the run `trial` once it is over. */
export async function judgeRun(place: OrchPlace, workload: TrialWorkload, witnesses: Witnesses): Promise<Judged> {
  const { printed, killed, journal = place.backend.backendOf(place.folder) } = witnesses;
  const events = await readEvents(journal);
  const verdict = await judgeEvents(place, workload, { mode: killed ? 'orch' : 'tree', events, printed });
  const { right, clean, faults } = workload.check(place.folder);
  return {
    ...verdict,
    faults: [
      ...verdict.faults,
      ...faults,
      ...(right ? [] : ['what the run made is not right']),
      ...(clean || !killed ? [] : ['something was started more often than needed']),
    ],
  };
}

/** With what the stand-ins say, and what is left in the process table. */
export async function judgeEvents(
  { folder, trial }: OrchPlace,
  workload: TrialWorkload,
  witnesses: Pick<Evidence, 'mode' | 'events' | 'printed'>,
): Promise<Verdict> {
  const keys = witnesses.events.flatMap((event) => (event.type === 'phase.started' ? [event.key] : []));
  const leftovers = await remaining(() => [...processesOfTrial(trial), ...processesOfAttempts(keys)]);
  return judge({
    ...witnesses,
    steps: workload.readSteps(folder),
    leftovers: leftovers.map(({ pid, commandLine }) => `${pid} ${commandLine}`),
  });
}

/** The journal of the run, as a backend that is not open yet has it. */
export async function readEvents(backend: Backend, run: string = runId): Promise<RunEvent[]> {
  await backend.open();
  try {
    const found: RunEvent[] = [];
    for await (const events of backend.read(run)) found.push(...events);
    return found;
  } finally {
    await backend.close();
  }
}
