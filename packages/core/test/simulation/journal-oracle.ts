import type { RunEvent } from '../../src/run/event.ts';
import type { PhaseSpec, WorkflowSpec } from '../../src/spec/workflow-spec.ts';
import type { World } from './world.ts';

interface Phase {
  spec: PhaseSpec;
  status: 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  attempt: number;
  key: string;
  /** Failures since it was last reset: all of them are charged by the tap of the simulation. */
  failures: number;
  /** Of a skipped phase: the one because of which it was skipped. */
  cause: string | undefined;
  /** Skipped, and its dependents run all the same. */
  passes: boolean;
  /** A repair comes first. */
  mends: boolean;
  leftOut: boolean;
}

/** What people asked for, which some events need. */
export interface Allowed {
  rewinds: boolean;
  cancels: boolean;
}

/**
 * Reads each commit in the moment in which the backend takes it, and knows the rules by itself: it shares no code with
 * `apply` and `decide`.
 */
export class JournalOracle {
  readonly events: RunEvent[] = [];
  readonly phases = new Map<string, Phase>();
  readonly allowed: Allowed = { rewinds: false, cancels: false };
  status: 'running' | 'completed' | 'failed' | 'cancelled' = 'running';
  isCancelling = false;
  /** Every end that the run had. */
  readonly ends = new Set<string>();
  readonly #world: World;
  readonly #maxAttempts: number;
  readonly #failFast: boolean;
  /** Since it was last opened, and not forgiven. */
  #hasFailure = false;
  #concurrency = 1;
  #texts: string[] = [];

  constructor(world: World, spec: WorkflowSpec, maxAttempts: number, failFast = false) {
    this.#world = world;
    this.#maxAttempts = maxAttempts;
    this.#failFast = failFast;
    for (const phase of spec.phases)
      this.phases.set(phase.name, {
        spec: phase,
        status: 'pending',
        attempt: 0,
        key: '',
        failures: 0,
        cause: undefined,
        passes: false,
        mends: false,
        leftOut: false,
      });
  }

  get version(): number {
    return this.events.length;
  }

  get isOver(): boolean {
    return this.status !== 'running';
  }

  /** A commit that the backend took, or was sent again and knows. */
  commit(events: readonly RunEvent[]): void {
    for (const event of events) {
      if (event.version <= this.version) this.#again(event);
      else this.#add(event);
    }
  }

  /** What a reader sees must be what was committed, from the first event on. */
  compare(read: readonly RunEvent[]): void {
    if (read.length !== this.version) this.#wrong(`${this.version} events were acknowledged, ${read.length} are there`);
    else read.forEach((event) => this.#again(event));
  }

  #again(event: RunEvent): void {
    if (JSON.stringify(event) !== this.#texts[event.version - 1])
      this.#wrong(`event ${event.version} is not what was acknowledged: ${JSON.stringify(event)}`);
  }

  #add(event: RunEvent): void {
    if (event.version !== this.version + 1) this.#wrong(`version ${event.version} follows on ${this.version}`);
    if (event.epoch < (this.events.at(-1)?.epoch ?? 0)) this.#wrong(`an event of epoch ${event.epoch} comes too late`);
    this.#world.say(`    ${event.version} ${event.type} ${'phase' in event ? `${event.phase} ` : ''}${wordsOf(event)}`);
    if (this.isOver && event.type !== 'run.reset') this.#wrong(`${event.type} after the run was ${this.status}`);
    this.events.push(event);
    this.#texts.push(JSON.stringify(event));
    this.#world.figures.acknowledged++;
    this.#check(event);
  }

  #check(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#concurrency = event.concurrency;
        return;
      case 'run.cancelling':
        if (!this.allowed.cancels && event.reason === 'cancel') this.#wrong('nobody asked to cancel');
        this.isCancelling = true;
        return;
      case 'run.replanned':
        for (const spec of event.workflow.phases) this.phases.get(spec.name)!.spec = spec;
        this.#hasFailure = false;
        return;
      case 'run.reset':
        return this.#reset(event.cause, event.phases);
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        return this.#end(event.type);
      case 'phase.started':
        return this.#start(event);
      case 'phase.adopted':
      case 'phase.completed':
      case 'phase.failed':
      case 'phase.interrupted':
        return this.#settle(event);
      case 'phase.skipped':
      case 'phase.cancelled':
        for (const name of event.phases) {
          this.#giveUp(name, event.type === 'phase.skipped' ? 'skipped' : 'cancelled');
          const phase = this.phases.get(name)!;
          phase.cause = event.type === 'phase.skipped' ? event.cause : undefined;
          phase.passes = event.type === 'phase.skipped' && event.passes === true;
          phase.leftOut =
            event.type === 'phase.skipped' && (event.reason === 'selection' || event.reason === 'not_selected');
        }
        return;
      default:
    }
  }

  #start(event: Extract<RunEvent, { type: 'phase.started' }>): void {
    const phase = this.phases.get(event.phase)!;
    if (phase.status !== 'pending') this.#wrong(`${event.phase} was started while it was ${phase.status}`);
    this.#checkDependencies(phase.spec);
    if ((event.part === 'repair') !== phase.mends) this.#wrong(`${event.phase} started as ${event.part}`);
    if (this.isFailingFast && phase.spec.after === undefined)
      this.#wrong(`${event.phase} was started in a run that fails fast`);
    if (event.attempt !== phase.attempt + 1)
      this.#wrong(`attempt ${event.attempt} of ${event.phase} follows on ${phase.attempt}`);
    if (this.isCancelling && phase.spec.after !== 'always')
      this.#wrong(`${event.phase} was started after the run was cancelled`);
    if (phase.failures >= this.#maxAttempts) this.#wrong(`${event.phase} was started after ${phase.failures} failures`);
    const running = [...this.phases.values()].filter(({ status }) => status === 'running').length;
    if (running >= this.#concurrency) this.#wrong(`${running + 1} phases run where ${this.#concurrency} may`);
    Object.assign(phase, { status: 'running', attempt: event.attempt, key: event.key });
  }

  #checkDependencies({ name, dependsOn = [], after }: PhaseSpec): void {
    const needs = dependsOn.map((it) => this.phases.get(it)!);
    for (const it of needs) {
      const { status, spec } = it;
      const hasEnded = status !== 'pending' && status !== 'running';
      const isForgiven = status === 'failed' && spec.continueOnFailure === true;
      if (
        after === undefined ? status !== 'completed' && !isForgiven && !(status === 'skipped' && it.passes) : !hasEnded
      )
        this.#wrong(`${name} (after ${after}) was started while ${spec.name} was ${status}`);
    }
    if (after === 'failed' && !needs.some((it) => this.#hasFailed(it)))
      this.#wrong(`the handler ${name} was started, but nothing had failed`);
  }

  #hasFailed({ status, cause }: Phase): boolean {
    if (status === 'skipped' && cause !== undefined) return this.#hasFailed(this.phases.get(cause)!);
    return status === 'failed';
  }

  #settle(
    event: Extract<RunEvent, { type: 'phase.adopted' | 'phase.completed' | 'phase.failed' | 'phase.interrupted' }>,
  ): void {
    const phase = this.phases.get(event.phase)!;
    if (event.type === 'phase.failed' && event.attempt === 0) {
      if (phase.status !== 'pending')
        this.#wrong(`the condition of ${event.phase} failed while it was ${phase.status}`);
      this.#fail(phase);
      return;
    }
    if (phase.status !== 'running' || phase.attempt !== event.attempt)
      this.#wrong(`${event.type} of ${event.phase} ${event.attempt}, which is ${phase.status} ${phase.attempt}`);
    if (event.type === 'phase.completed') phase.status = event.part === 'repair' ? 'pending' : 'completed';
    if (event.type === 'phase.completed') phase.mends = false;
    if (event.type === 'phase.interrupted') phase.status = 'pending';
    if (event.type === 'phase.failed') {
      if (event.class !== 'rate-limited') phase.failures++;
      phase.mends = event.repair !== undefined;
      if (event.retryAt === undefined) this.#fail(phase);
      else phase.status = 'pending';
    }
  }

  #fail(phase: Phase): void {
    phase.status = 'failed';
    if (phase.spec.continueOnFailure !== true) this.#hasFailure = true;
  }

  #giveUp(name: string, status: 'skipped' | 'cancelled'): void {
    const phase = this.phases.get(name)!;
    if (phase.status !== 'pending' && phase.status !== 'running') this.#wrong(`${name} was ${phase.status}`);
    if (status === 'cancelled' && !this.isCancelling && !this.isFailingFast)
      this.#wrong(`${name} was cancelled, the run was not`);
    phase.status = status;
  }

  #reset(cause: string, phases: readonly string[]): void {
    if (cause === 'rewind' && !this.allowed.rewinds) this.#wrong('nobody asked to go back');
    if (cause === 'recover' && this.isCancelling && !this.isOver) this.#wrong('a cancel was taken back');
    for (const name of phases) {
      const phase = this.phases.get(name)!;
      if (phase.status === 'running') this.#wrong(`${name} was reset while it ran`);
      if (phase.status === 'completed' && cause === 'recover' && !this.#isReaction(name, new Set(phases)))
        this.#wrong(`${name} is completed, but is run again`);
      phase.status = 'pending';
      phase.failures = 0;
      phase.mends = false;
      phase.passes = false;
      if (phase.leftOut) this.#wrong(`${name} is left out, but is reset`);
    }
    // Between attempts, and what it depends on comes anew: so does its own repair.
    for (const it of this.phases.values())
      if (it.status === 'pending' && (it.spec.dependsOn ?? []).some((name) => !this.#ended(name))) it.mends = false;
    this.status = 'running';
    this.isCancelling = false;
    this.#hasFailure = false;
  }

  #ended(name: string): boolean {
    const { status } = this.phases.get(name)!;
    return status !== 'pending' && status !== 'running';
  }

  /** What failed before the run was opened again does not end it at once. */
  get isFailingFast(): boolean {
    return this.#failFast && this.#hasFailure;
  }

  /** Handlers and clean-ups come again after what they came after, and so does what depends on them. */
  #isReaction(name: string, again: ReadonlySet<string>): boolean {
    const { after, dependsOn = [] } = this.phases.get(name)!.spec;
    return after !== undefined || dependsOn.some((it) => again.has(it) && this.#isReaction(it, again));
  }

  #end(type: 'run.completed' | 'run.failed' | 'run.cancelled'): void {
    const statuses = new Set([...this.phases.values()].map(({ status }) => status));
    if (statuses.has('running')) this.#wrong(`${type} while phases run`);
    const isForgiven = [...this.phases.values()].every(
      (it) => it.status !== 'failed' || it.spec.continueOnFailure === true,
    );
    const isClean = isForgiven && !statuses.has('cancelled') && !statuses.has('pending');
    if (type === 'run.completed' && !isClean) this.#wrong(`${type} with ${[...statuses].join(', ')} phases`);
    this.status = type === 'run.completed' ? 'completed' : type === 'run.failed' ? 'failed' : 'cancelled';
    this.ends.add(this.status);
  }

  #wrong(what: string): void {
    this.#world.fail(`journal: ${what}`);
  }
}

function wordsOf(event: RunEvent): string {
  const words: string[] = [`e${event.epoch}`];
  if ('attempt' in event) words.push(`#${event.attempt}`);
  if ('phases' in event) words.push(event.phases.join(' '));
  if ('reason' in event) words.push(String(event.reason));
  if (event.type === 'phase.started') words.push(event.key);
  if (event.type === 'phase.failed') words.push(event.class, event.error.message, `retryAt ${event.retryAt}`);
  if (event.type === 'run.reset') words.push(event.cause);
  return words.join(' ');
}
