import { memoryBackend } from '../../src/backend/memory-backend.ts';
import type { Backend } from '../../src/backend/backend.ts';
import type { Clock } from '../../src/clock.ts';
import type { Host } from '../../src/engine/host.ts';
import { Orchestrator } from '../../src/engine/orchestrator.ts';
import type { OrchestratorOptions } from '../../src/engine/options.ts';
import type {
  Adopted,
  Attempt,
  AttemptContext,
  Executor,
  Outcome,
  SettleOptions,
} from '../../src/executor/executor.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import type { RunEvent } from '../../src/run/event.ts';
import type { Owner } from '../../src/run/owner.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { Work, Workflow } from '../../src/spec/workflow.ts';

/** A clock that moves only when told to. */
export class TestClock implements Clock {
  #wall = 1_000_000;
  #monotonic = 5_000;
  #timers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  timer(delayMs: number, wake: () => void): () => void {
    const timer = { at: this.#monotonic + delayMs, wake };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves on, firing timers in their order, each with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms;
    for (;;) {
      const next = this.#timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#step(next.at);
      next.wake();
      await settled();
    }
    this.#step(until);
    await settled();
  }

  /** The wall clock is set. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #step(to: number): void {
    this.#wall += to - this.#monotonic;
    this.#monotonic = to;
  }
}

/** Lets everything happen that can happen without the clock. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate);
}

export interface Call {
  readonly attempt: Attempt;
  readonly context: AttemptContext;
  readonly adopted: boolean;
  end(outcome?: Outcome): void;
}

/** An executor whose attempts end when the test says so; it answers `aborted` when its signal is aborted. */
export class ProbeExecutor implements Executor {
  readonly calls: Call[] = [];
  readonly settles: { readonly runId: string; readonly known: readonly string[]; readonly toDelete?: true }[] = [];
  /** What `adopt` answers for a phase; default: it is still running. */
  tail?: NonNullable<Executor['tail']>;
  onAdopt: (attempt: Attempt) => 'running' | 'gone' | Outcome | Error = () => 'running';
  /** What happens on abort. */
  onAbort: (call: Call) => void = (call) => call.end({ status: 'aborted' });

  async settle(runId: string, known: ReadonlySet<string>, { toDelete }: SettleOptions): Promise<void> {
    this.settles.push({ runId, known: [...known], ...(toDelete === true ? { toDelete } : {}) });
  }

  execute(attempt: Attempt, context: AttemptContext): Promise<Outcome> {
    return this.#call(attempt, context, false);
  }

  async adopt(attempt: Attempt, context: AttemptContext): Promise<Adopted> {
    const answer = this.onAdopt(attempt);
    if (answer instanceof Error) throw answer;
    if (answer === 'gone') return { gone: true };
    if (answer === 'running') return { outcome: this.#call(attempt, context, true) };
    return { outcome: Promise.resolve(answer) };
  }

  /** The newest call of a phase. */
  last(phase: string): Call {
    const found = this.calls.findLast(({ attempt }) => attempt.phase === phase);
    if (found === undefined) throw new Error(`${phase} was not executed`);
    return found;
  }

  get started(): string[] {
    return this.calls.filter(({ adopted }) => !adopted).map(({ attempt }) => `${attempt.phase} ${attempt.number}`);
  }

  #call(attempt: Attempt, context: AttemptContext, adopted: boolean): Promise<Outcome> {
    return new Promise((resolve) => {
      const call: Call = { attempt, context, adopted, end: (outcome = { status: 'completed' }) => resolve(outcome) };
      this.calls.push(call);
      const abort = (): void => this.onAbort(call);
      if (context.signal.aborted) abort();
      else context.signal.addEventListener('abort', abort);
    });
  }
}

export function ownerNumber(pid: number): Owner {
  return { host: 'here', machine: 'm', boot: 'b', namespace: 'n', pid, startTime: '1' };
}

/** A machine whose processes live and die by the test's word. */
export class TestMachine {
  readonly dead = new Set<number>();

  host(pid: number): Host {
    return {
      owner: ownerNumber(pid),
      look: (owner) => (owner.machine !== 'm' ? 'unknown' : this.dead.has(owner.pid) ? 'dead' : 'alive'),
      end: async (owner) => {
        this.dead.add(owner.pid);
        return true;
      },
    };
  }
}

export interface Bench {
  readonly orch: Orchestrator;
  readonly backend: Backend;
  readonly clock: TestClock;
  readonly probe: ProbeExecutor;
  readonly machine: TestMachine;
  readonly warnings: string[];
  /** Another process on the same state: the one before is dead, if it was killed. */
  readonly next: (more?: Partial<OrchestratorOptions>) => Bench;
  /** kill -9 of this process: nothing of it acts any more. */
  readonly kill: () => void;
  readonly events: (runId: string) => Promise<RunEvent[]>;
  readonly types: (runId: string) => Promise<string[]>;
}

interface BenchOptions extends Partial<OrchestratorOptions> {
  readonly pid?: number;
  readonly machine?: TestMachine;
  readonly testClock?: TestClock;
}

/** An orchestrator with everything from outside in the test's hands. */
export function bench(options: BenchOptions = {}): Bench {
  const { pid = 1, machine = new TestMachine(), testClock = new TestClock(), plugins = [], ...more } = options;
  const shared = more.backend ?? memoryBackend({ now: () => testClock.now() });
  let killed = false;
  const backend = mortal(shared, () => killed);
  const probe = new ProbeExecutor();
  const probePlugin: Plugin = { name: 'probe', contract: 1, apply: (host) => host.executor('probe', probe) };
  const warnings: string[] = [];
  let count = 0;
  const orch = new Orchestrator({
    concurrency: 4,
    clock: testClock,
    ids: { runId: () => `run-${pid}-${++count}`, random: () => `${pid}-${++count}` },
    random: () => 0.5,
    log: { info: () => undefined, warn: (message) => void warnings.push(message) },
    host: machine.host(pid),
    ...more,
    backend,
    plugins: [probePlugin, ...plugins],
  });
  const events = async (runId: string): Promise<RunEvent[]> => {
    const found: RunEvent[] = [];
    for await (const commit of shared.read(runId)) found.push(...commit);
    return found;
  };
  return {
    orch,
    backend: shared,
    clock: testClock,
    probe,
    machine,
    warnings,
    next: (again = {}) =>
      bench({ ...options, ...again, backend: again.backend ?? shared, pid: pid + 1, machine, testClock }),
    kill: () => {
      killed = true;
      machine.dead.add(pid);
    },
    events,
    types: async (runId) => (await events(runId)).map(({ type }) => type),
  };
}

/** A backend as one process sees it: once it is dead, its calls neither act nor answer. */
function mortal(backend: Backend, isDead: () => boolean): Backend {
  const never = new Promise<never>(() => {});
  return new Proxy(backend, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      // It outlives this process, like any store; opening it again does no harm.
      if (name === 'close') return async () => undefined;
      if (name === 'read') return (...given: unknown[]) => Reflect.apply(value, target, given) as unknown;
      return async (...given: unknown[]): Promise<unknown> => {
        if (isDead()) return never;
        const answer = await (Reflect.apply(value, target, given) as Promise<unknown>);
        return isDead() ? never : answer;
      };
    },
  });
}

/** Work for the probe. */
export const probeWork: Work<never> = { kind: 'probe', options: {} };

/** A workflow of probe phases, from lines as in `c: a b`. */
export function probes(...lines: readonly string[]): Workflow {
  let made = workflow('w') as Workflow;
  for (const line of lines) {
    const [name = '', needs = ''] = line.split(':');
    const dependsOn = needs.split(' ').filter((word) => word !== '');
    made = addTo(made, name, { run: probeWork, ...(dependsOn.length > 0 ? { dependsOn } : {}) });
  }
  return made;
}

/** Names that are made at run time are outside of what the builder's types can check. */
function addTo(
  workflow: Workflow,
  name: string,
  phase: { readonly run: Work; readonly dependsOn?: readonly string[] },
): Workflow {
  return (workflow.phase as (name: string, phase: unknown) => Workflow)(name, phase);
}

/** A run `r` of `a`, `b:a` killed while `a` runs. */
export async function killedRun(): Promise<Bench> {
  const first = bench();
  first.orch.execute(probes('a', 'b:a'), { runId: 'r' });
  await settled();
  first.kill();
  return first;
}
