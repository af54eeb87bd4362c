import { Orchestrator } from '../../src/engine/orchestrator.ts';
import type { RunHandle } from '../../src/engine/options.ts';
import { isOrchError } from '../../src/errors/orch-error.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { fakeLanguage } from '../engine/fake-language.ts';
import { faultyBackend } from './faulty-backend.ts';
import { Fleet } from './fleet.ts';
import { JournalOracle } from './journal-oracle.ts';
import type { Mutant } from './mutants.ts';
import { makeScenario, taps } from './scenario.ts';
import type { Scenario } from './scenario.ts';
import { Store } from './store.ts';
import { SimProcess } from './world.ts';
import type { World } from './world.ts';

/** A process with its orchestrator. */
export interface Actor {
  readonly process: SimProcess;
  readonly orch: Orchestrator;
  readonly handles: { readonly handle: RunHandle; isSettled: boolean }[];
  isClosed: boolean;
  /** Calls that have not answered. */
  calls: number;
}

/** What a call may be refused with; all else is a bug. */
const expectedCodes = new Set([
  'ORCH_BACKEND_CLOSED',
  'ORCH_BACKEND_UNAVAILABLE',
  'ORCH_EXECUTOR_FAILED',
  'ORCH_RUN_FINISHED',
  'ORCH_RUN_LOST',
  'ORCH_RUN_NOTHING_SELECTED',
  'ORCH_RUN_NO_CHECKPOINT',
  'ORCH_RUN_OWNED',
  'ORCH_RUN_TAKE_OVER',
  'ORCH_RUN_UNKNOWN',
  'ORCH_WORKFLOW_CHANGED',
]);

/** Everybody in a world: its processes with their orchestrators, the store, the commands, the oracles. */
export class Cast {
  readonly world: World;
  readonly scenario: Scenario;
  readonly oracle: JournalOracle;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly actors: Actor[] = [];
  readonly #mutant: Mutant | undefined;

  constructor(world: World, mutant: Mutant | undefined) {
    this.world = world;
    this.#mutant = mutant;
    this.scenario = makeScenario(this.world.random);
    this.oracle = new JournalOracle(this.world, this.scenario.spec, this.scenario.maxAttempts, this.scenario.failFast);
    this.store = new Store(this.world, this.oracle, mutant?.store);
    this.fleet = new Fleet(this.world, this.oracle, this.store);
  }

  /** A new process. */
  actor(machine = this.world.random.chance(this.world.isFar ? 0.4 : 0.8) ? 'h1' : 'h2'): Actor {
    const { world } = this;
    const process = new SimProcess(world, machine);
    const fleet = this.#mutant?.executor?.(this.fleet.executor(process, true)) ?? this.fleet.executor(process, true);
    const local = this.fleet.executor(process, false);
    const kinds: Plugin = {
      name: 'kinds',
      contract: 1,
      apply(host) {
        host.executor('fleet', fleet);
        host.executor('local', local);
      },
    };
    const backend = faultyBackend(world, this.store, process);
    let told = 0;
    const orch = new Orchestrator({
      backend: this.#mutant?.backend?.(backend) ?? backend,
      clock: process.clock,
      language: fakeLanguage,
      concurrency: this.scenario.concurrency,
      host: this.#mutant?.host?.(process.host) ?? process.host,
      ids: { runId: () => 'r', random: () => process.random() },
      log: { info: () => undefined, warn: (line) => world.say(`${process.name} warns: ${line}`) },
      random: () => world.random.next(),
      plugins: [
        kinds,
        taps({
          world,
          process,
          scenario: this.scenario,
          onTold: (event) => {
            this.#checkTold(process, event, told);
            told = event.version;
          },
        }),
      ],
    });
    const actor: Actor = { process, orch, handles: [], isClosed: false, calls: 0 };
    this.actors.push(actor);
    return actor;
  }

  #checkTold(process: SimProcess, { version, type }: { version: number; type: string }, before: number): void {
    if (version > this.oracle.version) this.world.fail(`${process.name} told of event ${version} before its commit`);
    // The first event is told by who made the run, who may have slept since.
    if (version <= before && version > 2) this.world.fail(`${process.name} told of event ${version} after ${before}`);
    if (type === 'run.cancelling') this.fleet.told.add(process);
    if (type === 'run.reset') this.fleet.told.delete(process);
  }

  execute(actor: Actor): void {
    const { workflow } = this.#mutant?.scenario?.(this.scenario) ?? this.scenario;
    this.#follow(
      actor,
      actor.orch.execute(workflow, {
        runId: 'r',
        failFast: this.scenario.failFast,
        ...(this.scenario.selection === undefined ? {} : { selection: this.scenario.selection }),
      }),
      'executes',
    );
  }

  recover(actor: Actor, options: Parameters<Orchestrator['recover']>[1] = {}): void {
    this.world.figures.takeUps++;
    this.#follow(actor, actor.orch.recover('r', options), `recovers ${JSON.stringify(options)}`);
  }

  #follow(actor: Actor, handle: RunHandle, what: string): void {
    const { world } = this;
    world.say(`${actor.process.name} ${what}`);
    const entry = { handle, isSettled: false };
    actor.handles.push(entry);
    const settle = (said: string): void => {
      entry.isSettled = true;
      world.say(`${actor.process.name} answers: ${said}`);
    };
    handle.result().then(
      ({ status }) => {
        settle(status);
        const isEnd = status === 'completed' || status === 'failed' || status === 'cancelled';
        if (isEnd && !this.oracle.ends.has(status))
          world.fail(`${actor.process.name} says ${status}, the journal says ${this.oracle.status}`);
      },
      (error: unknown) => {
        settle(this.refused(actor, error));
      },
    );
  }

  refused({ process }: Actor, error: unknown): string {
    if (!isOrchError(error)) this.world.fail(`${process.name} threw ${String((error as Error).stack)}`);
    else if (!expectedCodes.has(error.code)) this.world.fail(`${process.name} threw ${error.code}: ${error.message}`);
    return isOrchError(error) ? error.code : 'a bug';
  }

  /** Processes that can be asked for something. */
  get alive(): Actor[] {
    return this.actors.filter(({ process, isClosed }) => !process.isDead && !process.isPaused && !isClosed);
  }

  /** A call of which nothing is expected but that it answers, or is refused for a good reason. */
  async hear(actor: Actor, call: Promise<unknown>): Promise<void> {
    actor.calls++;
    try {
      await call;
    } catch (error) {
      this.refused(actor, error);
    }
    actor.calls--;
  }

  /** Live processes with something under way. */
  get busy(): Actor[] {
    return this.actors.filter((actor) => !actor.process.isDead && this.isBusy(actor));
  }

  isBusy({ handles, calls }: Actor): boolean {
    return calls > 0 || handles.some(({ isSettled }) => !isSettled);
  }
}
