import type { WorkflowSpec } from '../spec/workflow-spec.ts';
import type { AttemptId, EventOf, PhaseStatus, ProcessEnd, RunEvent, RunStatus } from './event.ts';
import type { AttemptReport, PhaseReport, RunReport, RunReporter } from './report.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Phase = Writable<Omit<PhaseReport, 'attempts'>> & { attempts: Writable<AttemptReport>[] };
type Report = Writable<Omit<RunReport, 'phases' | 'checkpoints' | 'warnings'>> & {
  phases: Phase[];
  checkpoints: { name: string; version: number; at: number }[];
  warnings: string[];
};

/** A reporter without events. `status` stays what the journal says: whether a running one is interrupted, only the lease tells. */
export function runReporter(runId: string): RunReporter {
  return new Reporter(runId);
}

class Reporter implements RunReporter {
  readonly report: Report;
  spec: WorkflowSpec | undefined;
  readonly #byName = new Map<string, Phase>();
  /** Attempts at phases that a replan took away, by name: one that comes back has had them. */
  readonly #former = new Map<string, Phase['attempts']>();
  /** Names of the phases whose failure is none of the run's. */
  #forgiven: ReadonlySet<string> = new Set();

  constructor(runId: string) {
    this.report = {
      runId,
      workflow: '',
      status: 'running',
      createdAt: 0,
      updatedAt: 0,
      version: 0,
      directory: '',
      takeUps: 0,
      phases: [],
      checkpoints: [],
      warnings: [],
    };
  }

  add(event: RunEvent): void {
    this.report.version = event.version;
    this.report.updatedAt = event.at;
    if (event.type.startsWith('phase.')) this.#addToPhases(event);
    else this.#addToRun(event);
  }

  #addToRun(event: RunEvent): void {
    const { report } = this;
    switch (event.type) {
      case 'run.created':
        return this.#begin(event);
      case 'run.started':
        report.owner = event.owner;
        report.ownedSince = event.at;
        report.takeUps++;
        report.status = 'running';
        return;
      case 'run.reset':
        return this.#reset(event);
      case 'run.replanned':
        return this.#replan(event);
      case 'run.cancelling':
        report.reason = event.message ?? `cancelled by ${event.by}`;
        return;
      case 'run.failed':
        return this.#end('failed', event.error?.message ?? report.reason);
      case 'run.completed':
        return this.#end('completed', undefined);
      case 'run.cancelled':
        return this.#end('cancelled', report.reason);
      case 'run.waiting':
        report.status = 'waiting';
        return;
      case 'checkpoint.created':
        report.checkpoints.push({ name: event.name, version: event.version, at: event.at });
        return;
      case 'warning':
        report.warnings.push(event.plugin === undefined ? event.message : `${event.plugin}: ${event.message}`);
        return;
      default:
    }
  }

  #begin(event: EventOf<'run.created'>): void {
    const { report } = this;
    report.workflow = event.workflow.id;
    report.createdAt = event.at;
    report.directory = event.directory;
    if (event.source !== undefined) report.source = event.source;
    this.#list(event.workflow);
  }

  /** Phases keep by their names what became of them. */
  #list(workflow: WorkflowSpec): void {
    this.spec = workflow;
    this.#forgiven = new Set(workflow.phases.filter((it) => it.continueOnFailure === true).map(({ name }) => name));
    const before = new Map(this.#byName);
    for (const [name, { attempts }] of before) this.#former.set(name, attempts);
    this.#byName.clear();
    this.report.phases = workflow.phases.map(({ name, kind }) => {
      const known = before.get(name) ?? { name, status: 'pending', attempts: this.#former.get(name) ?? [] };
      const phase: Phase = { ...known, kind };
      this.#byName.set(name, phase);
      return phase;
    });
  }

  #replan({ workflow, changes }: EventOf<'run.replanned'>): void {
    this.report.changes = [...(this.report.changes ?? []), ...changes];
    this.#list(workflow);
  }

  #end(status: RunStatus, reason: string | undefined): void {
    this.report.status = status;
    if (reason === undefined) delete this.report.reason;
    else this.report.reason = reason;
  }

  #reset(event: EventOf<'run.reset'>): void {
    this.report.status = 'running';
    delete this.report.reason;
    for (const name of event.phases) {
      const phase = this.#byName.get(name);
      if (phase !== undefined) to(phase, 'pending');
    }
  }

  #addToPhases(event: RunEvent): void {
    if (event.type === 'phase.skipped' || event.type === 'phase.cancelled') {
      for (const name of event.phases) this.#endWithoutResult(name, event);
      return;
    }
    const phase = 'phase' in event ? this.#byName.get(event.phase) : undefined;
    if (phase === undefined) return;
    switch (event.type) {
      case 'phase.started':
        to(phase, 'running');
        phase.attempts.push({ ...idOf(event), key: event.key, startedAt: event.at, status: 'running', adopted: false });
        return;
      case 'phase.adopted':
        change(phase, { adopted: true });
        return;
      case 'phase.completed':
        // After a repair comes the next attempt.
        to(phase, event.part === 'repair' ? 'pending' : 'completed');
        if (event.output !== undefined) phase.output = event.output;
        change(phase, { status: 'completed', ...timesOf(event), ...endOf(event) });
        return;
      case 'phase.failed':
        this.#fail(phase, event);
        if (event.attempt === 0) return;
        change(phase, {
          status: 'failed',
          ...timesOf(event),
          class: event.class,
          error: event.error,
          ...endOf(event),
        });
        return;
      case 'phase.interrupted':
        to(phase, 'pending');
        change(phase, { status: 'interrupted', endedAt: event.at, reason: event.reason, ...endOf(event) });
        return;
      default:
    }
  }

  #fail(phase: Phase, { retryAt, error, attempt }: EventOf<'phase.failed'>): void {
    to(phase, retryAt === undefined ? 'failed' : 'pending');
    if (retryAt !== undefined) phase.retryAt = retryAt;
    else if (this.#forgiven.has(phase.name)) phase.forgiven = true;
    if (attempt === 0) phase.error = error;
  }

  #endWithoutResult(name: string, event: EventOf<'phase.skipped'> | EventOf<'phase.cancelled'>): void {
    const phase = this.#byName.get(name);
    if (phase === undefined) return;
    const wasRunning = phase.status === 'running';
    const status = event.type === 'phase.skipped' ? 'skipped' : 'cancelled';
    to(phase, status);
    if (event.type === 'phase.skipped') {
      phase.reason = event.reason;
      if (event.cause !== undefined) phase.cause = event.cause;
    }
    if (wasRunning)
      change(phase, { status, endedAt: event.at, ...(event.type === 'phase.cancelled' ? endOf(event) : {}) });
  }
}

/** Changes the status and forgets what belonged to the old one. */
function to(phase: Phase, status: PhaseStatus): void {
  phase.status = status;
  delete phase.reason;
  delete phase.cause;
  delete phase.retryAt;
  delete phase.output;
  delete phase.error;
  delete phase.forgiven;
}

function change(phase: Phase, changes: Partial<AttemptReport>): void {
  const last = phase.attempts.at(-1);
  if (last !== undefined) Object.assign(last, changes);
}

function timesOf({ at, durationMs }: EventOf<'phase.completed'> | EventOf<'phase.failed'>): Partial<AttemptReport> {
  return { endedAt: at, durationMs };
}

function idOf({ phase, index, attempt, part }: AttemptId): AttemptId {
  return { phase, attempt, part, ...(index === undefined ? {} : { index }) };
}

function endOf({ exitCode, signal }: ProcessEnd): ProcessEnd {
  return { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
}
