import { planAttempts } from '@orch/plugin-retry';
import { runReporter } from '@orch/core';
import type { AttemptReport, Json, PhaseReport, RunEvent, RunReport, RunReporter } from '@orch/core';
import type { EventOf, PhaseSpec, WorkflowSpec } from '@orch/core/author';
import { PhaseTimes } from './phase-times.ts';

/** A try at a phase as people count it: `number` of `most` since the phase was last reset. Repairs are none. */
export interface Try {
  readonly number: number;
  /** Absent: the phase has no retry policy that the command line knows. */
  readonly most?: number;
}

/** The journal of one run, folded as far as it is known here, with its phases by name. */
export class FoldedRun {
  readonly report: RunReport;
  readonly times: PhaseTimes = new PhaseTimes();
  readonly #reporter: RunReporter;
  readonly #phases = new Map<string, PhaseReport>();
  readonly #specs = new Map<string, PhaseSpec>();
  readonly #charged = new Map<string, number>();
  readonly #tries = new Map<string, number>();
  readonly #statuses = new Map<string, PhaseReport['status']>();
  readonly #running = new Set<PhaseReport>();
  readonly #waiting = new Set<PhaseReport>();
  readonly #failed = new Set<PhaseReport>();
  readonly #attempts: AttemptReport[] = [];
  #failure: EventOf<'run.failed'>['reason'] | undefined;
  #counts: Record<PhaseReport['status'], number> = noCounts();

  constructor(runId: string) {
    this.#reporter = runReporter(runId);
    this.report = this.#reporter.report;
  }

  get spec(): WorkflowSpec | undefined {
    return this.#reporter.spec;
  }

  /** Why a failed run failed. */
  get failure(): EventOf<'run.failed'>['reason'] | undefined {
    return this.report.status === 'failed' ? this.#failure : undefined;
  }

  /** How many phases have which status. */
  get counts(): Readonly<Record<PhaseReport['status'], number>> {
    return this.#counts;
  }

  /** In the order in which they were started. */
  get running(): Iterable<PhaseReport> {
    return this.#running;
  }

  /** In the order in which they began; the clock may have been set between two of them. */
  get attempts(): readonly AttemptReport[] {
    return this.#attempts;
  }

  /** Failed ones that wait for their next attempt. */
  get waiting(): readonly PhaseReport[] {
    return [...this.#waiting];
  }

  /** In the order in which they failed. */
  get failed(): Iterable<PhaseReport> {
    return this.#failed;
  }

  phase(name: string): PhaseReport | undefined {
    return this.#phases.get(name);
  }

  tryOf(phase: string): Try {
    const most = mostAttempts(this.spec, this.#specs.get(phase));
    return { number: this.#tries.get(phase) ?? 1, ...(most === undefined ? {} : { most }) };
  }

  add(event: RunEvent): void {
    this.#reporter.add(event);
    this.times.add(event);
    if (event.type === 'run.failed') this.#failure = event.reason;
    if (event.type === 'run.created' || event.type === 'run.replanned') this.#list(event.workflow);
    else for (const name of phasesOf(event)) this.#follow(name, event);
  }

  /** The phases, as they are in the report now: another definition brings new ones, and takes some away. */
  #list(workflow: WorkflowSpec): void {
    const running = [...this.#running];
    for (const known of [this.#specs, this.#phases, this.#statuses, this.#running, this.#waiting, this.#failed])
      known.clear();
    this.#counts = noCounts();
    for (const spec of workflow.phases) this.#specs.set(spec.name, spec);
    for (const phase of this.report.phases) {
      this.#phases.set(phase.name, phase);
      this.#statuses.set(phase.name, phase.status);
      this.#counts[phase.status]++;
      if (phase.retryAt !== undefined) this.#waiting.add(phase);
      if (phase.status === 'failed') this.#failed.add(phase);
    }
    for (const { name } of running) {
      const phase = this.#phases.get(name);
      if (phase?.status === 'running') this.#running.add(phase);
    }
  }

  #follow(name: string, event: RunEvent): void {
    const phase = this.#phases.get(name);
    if (phase === undefined) return;
    this.#counts[this.#statuses.get(name) ?? 'pending']--;
    this.#counts[phase.status]++;
    this.#statuses.set(name, phase.status);
    if (phase.status === 'running') this.#running.add(phase);
    else this.#running.delete(phase);
    if (phase.status === 'failed') this.#failed.add(phase);
    else this.#failed.delete(phase);
    if (phase.retryAt === undefined) this.#waiting.delete(phase);
    else this.#waiting.add(phase);
    const newest = phase.attempts.at(-1);
    if (event.type === 'phase.started' && newest !== undefined) this.#attempts.push(newest);
    const charged = this.#charged.get(name) ?? 0;
    if (event.type === 'run.reset') this.#charged.delete(name);
    else if (event.type === 'phase.started' && event.part === 'main') this.#tries.set(name, charged + 1);
    else if (event.type === 'phase.failed' && event.charge) this.#charged.set(name, charged + 1);
  }
}

/** Whether a phase waits until a time that came from outside, as that of a rate limit, and not for its backoff. */
export function waitsForTime({ retryAt, attempts }: PhaseReport): boolean {
  return retryAt !== undefined && attempts.at(-1)?.class === 'rate-limited';
}

/** How long an attempt took, or has been running. The wall clock may have been set meanwhile: it tells only what nothing else does. */
export function attemptMs({ startedAt, endedAt, durationMs }: AttemptReport, now: number): number {
  return durationMs ?? Math.max(0, (endedAt ?? now) - startedAt);
}

/** How long the attempts at a phase took in all, and those of its repairs. Without `now` one that runs counts for nothing yet. */
export function phaseMs({ attempts }: Pick<PhaseReport, 'attempts'>, now?: number): number {
  return attempts.reduce((sum, attempt) => sum + attemptMs(attempt, now ?? attempt.startedAt), 0);
}

function noCounts(): Record<PhaseReport['status'], number> {
  return { pending: 0, running: 0, completed: 0, failed: 0, skipped: 0, cancelled: 0 };
}

function phasesOf(event: RunEvent): readonly string[] {
  if ('phases' in event) return event.phases;
  return 'phase' in event ? [event.phase] : [];
}

/** What the options of the retry plugin say. 0 and 1 both mean one attempt. */
function mostAttempts(workflow: WorkflowSpec | undefined, phase: PhaseSpec | undefined): number | undefined {
  const options: { readonly [key: string]: Json } = { ...workflow?.defaults?.options, ...phase?.options };
  const { retry, retry_count: retryCount } = options;
  // A policy that does not say has the default of plans.
  const most =
    typeof retry === 'object' && retry !== null
      ? ((retry as { readonly max_attempts?: Json }).max_attempts ?? planAttempts)
      : retryCount;
  return typeof most === 'number' ? Math.max(1, most) : undefined;
}
