import { Quantiles } from './quantiles.ts';
import type { RunTally } from './run-tally.ts';

/** What runs came to, in all or of one workflow. */
export interface RunFigures {
  readonly runs: number;
  /** Completed, failed or cancelled. */
  readonly ended: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Completed ÷ ended; `null`: none ended. */
  readonly success: number | null;
  /** Taken up again. */
  readonly recovered: number;
  readonly completedAfterRecover: number;
  /** Completed after a recover ÷ recovered; `null`: none was recovered. */
  readonly recovery: number | null;
  readonly retries: number;
  readonly lostMs: number;
  readonly savedMs: number;
}

export interface PhaseFigures {
  readonly name: string;
  /** Attempts. */
  readonly completed: number;
  readonly failed: number;
  readonly interrupted: number;
  readonly retries: number;
  /** Of attempts that completed; `null`: none did. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly lostMs: number;
  readonly savedMs: number;
}

export interface WorkflowFigures extends RunFigures {
  readonly workflow: string;
  /** In the order in which they were met. */
  readonly phases: readonly PhaseFigures[];
}

export interface Stats extends RunFigures {
  readonly workflows: readonly WorkflowFigures[];
}

/** Adds up runs: what it keeps grows with the number of phases, not with that of runs. */
export class StatsSum {
  readonly #all = noRuns();
  readonly #workflows = new Map<string, { readonly runs: Sum; readonly phases: Map<string, PhaseSum> }>();

  add(tally: RunTally): void {
    let workflow = this.#workflows.get(tally.workflow);
    if (workflow === undefined)
      this.#workflows.set(tally.workflow, (workflow = { runs: noRuns(), phases: new Map<string, PhaseSum>() }));
    for (const sum of [this.#all, workflow.runs]) addRun(sum, tally);
    for (const [name, { times, ...counts }] of tally.phases) {
      let phase = workflow.phases.get(name);
      if (phase === undefined) workflow.phases.set(name, (phase = noAttempts()));
      for (const ms of times) phase.times.add(ms);
      phase.completed += times.length;
      for (const key of ['failed', 'interrupted', 'retries', 'lostMs', 'savedMs'] as const) phase[key] += counts[key];
    }
  }

  get stats(): Stats {
    const workflows = [...this.#workflows].map(([workflow, { runs, phases }]) => ({
      workflow,
      ...figuresOf(runs),
      phases: [...phases].map(([name, { times, ...counts }]) => ({
        name,
        ...counts,
        p50Ms: rounded(times.at(0.5)),
        p95Ms: rounded(times.at(0.95)),
      })),
    }));
    return { ...figuresOf(this.#all), workflows };
  }
}

type Sum = { -readonly [Key in Exclude<keyof RunFigures, 'success' | 'recovery'>]: number };
type PhaseSum = { -readonly [Key in Exclude<keyof PhaseFigures, 'name' | 'p50Ms' | 'p95Ms'>]: number } & {
  readonly times: Quantiles;
};

function noRuns(): Sum {
  return {
    runs: 0,
    ended: 0,
    completed: 0,
    failed: 0,
    cancelled: 0,
    recovered: 0,
    completedAfterRecover: 0,
    retries: 0,
    lostMs: 0,
    savedMs: 0,
  };
}

function noAttempts(): PhaseSum {
  return { completed: 0, failed: 0, interrupted: 0, retries: 0, lostMs: 0, savedMs: 0, times: new Quantiles() };
}

function addRun(sum: Sum, { end, isRecovered, phases }: RunTally): void {
  sum.runs++;
  if (end !== undefined) {
    sum.ended++;
    sum[end]++;
  }
  if (isRecovered) {
    sum.recovered++;
    if (end === 'completed') sum.completedAfterRecover++;
  }
  for (const { retries, lostMs, savedMs } of phases.values()) {
    sum.retries += retries;
    sum.lostMs += lostMs;
    sum.savedMs += savedMs;
  }
}

function figuresOf(sum: Sum): RunFigures {
  return {
    ...sum,
    success: ratio(sum.completed, sum.ended),
    recovery: ratio(sum.completedAfterRecover, sum.recovered),
  };
}

function ratio(part: number, all: number): number | null {
  return all === 0 ? null : part / all;
}

function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}
