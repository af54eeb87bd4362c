import { memoryBackend, Orchestrator } from '@orch/core';
import type { RunHandle, RunResult, Workflow } from '@orch/core';
import { orchError } from '@orch/core/author';
import type { Backend, Host, Language, Log, Owner, Plugin } from '@orch/core/author';
import { fixedIds } from '../fixed-ids.ts';
import { manualClock, settled } from '../manual-clock.ts';
import type { ManualClock } from '../manual-clock.ts';
import { Busy } from './busy.ts';
import { mortalBackend } from './mortal-backend.ts';
import { needsStub, stubPhases, stubPlugin } from './stubs.ts';
import type { Stubs } from './stubs.ts';
import { watchPlugins } from './watch-plugins.ts';

export interface TestRunOptions<P extends object, In> {
  /** Secret ones, too; after a crash they are handed in again. */
  readonly inputs?: In;
  /**
   * What phases answer instead of doing their work, held against the schema of their output. A phase whose kind no plugin
   * carries out must have one, unless it never starts.
   */
  readonly stubs?: Stubs<P>;
  readonly plugins?: readonly Plugin[];
  /**
   * Kills the orchestrator once the first start of this phase is committed, before its work begins, and takes the run
   * up again: the phase then starts a second time. Work that is under way goes on to its end, unheard.
   */
  readonly crashBefore?: keyof P & string;
  /** Carries out the expressions of a plan, and `waitUntil` of a retry: `planLanguage()` of `@orch/plan`. Default: none. */
  readonly language?: Language;
  /** Default: warnings go to stderr, the rest nowhere. */
  readonly log?: Log;
}

/** A run's result, and the phases in the order in which their attempts were started. */
export type TestRunResult<P extends object> = RunResult<P> & { readonly started: readonly (keyof P & string)[] };

/**
 * Runs a workflow in memory. Its clock is moved on as soon as nothing but time is waited for, so a retry after an hour
 * costs nothing; while functions, stubs, taps or executors are at work it stands still.
 *
 * @example
 * const run = await testRun(release, { inputs: { version: '1.0.0' }, stubs: { test: { passed: 3 } } });
 * assert.equal(run.status, 'completed');
 */
export async function testRun<P extends object, In>(
  // oxlint-disable-next-line typescript/no-explicit-any -- any workflow: its input types stand in both directions
  workflow: Workflow<any, P, In>,
  options: TestRunOptions<P, In> = {},
): Promise<TestRunResult<P>> {
  const { stubs = {} as Stubs<P>, crashBefore } = options;
  const laboratory = new Laboratory(workflow, options);
  const { memory } = laboratory;
  const mortal = crashBefore === undefined ? undefined : mortalBackend(memory, crashBefore);
  let process = laboratory.process(1, mortal?.backend ?? memory);
  const prepared = stubPhases(workflow, stubs, { busy: laboratory.busy, watched: process.watched });
  const given = options.inputs === undefined ? {} : { inputs: options.inputs };
  let handle = (process.orch.execute as Execute)(prepared, { runId, directory: '/', ...given }) as RunHandle<P>;
  if (mortal !== undefined) {
    const first = await laboratory.drive(Promise.race([mortal.death.then(() => undefined), handle.result()]));
    if (first !== undefined) throw neverStarted(crashBefore!, first.status);
    await laboratory.busy.idle();
    process = laboratory.process(2, memory);
    const secrets = options.inputs === undefined ? {} : { secrets: options.inputs };
    handle = process.orch.recover(runId, { workflow: prepared, ...secrets });
  }
  try {
    const result = await laboratory.drive(handle.result());
    return { ...result, started: (await startsIn(memory)) as (keyof P & string)[] };
  } finally {
    await process.orch.close();
  }
}

const runId = 'run-1';

/** Where inputs are required is for callers to see; in here they are handed through. */
type Execute = (workflow: unknown, options: object) => unknown;

/** Phases at once where the workflow does not say: the machine's own number would make another order on each. */
const concurrency = 8;

/** Nothing will come after so much time of the clock without an event … */
const patienceMs = 48 * 3_600_000;
/** … or after so many turns of the event loop without an event and without a timer. */
const patienceTurns = 10_000;

interface LaboratoryOptions {
  readonly plugins?: readonly Plugin[];
  readonly language?: Language;
  readonly log?: Log;
  readonly stubs?: object;
}

/** One machine with one clock, on which processes live and die. */
class Laboratory {
  readonly clock: ManualClock = manualClock();
  readonly memory: Backend = memoryBackend({ now: () => this.clock.now() });
  readonly busy: Busy = new Busy();
  readonly #ids = fixedIds();
  readonly #options: LaboratoryOptions;
  readonly #stubs: Readonly<Record<string, unknown>>;
  readonly #concurrency: { readonly concurrency?: number };
  readonly #refused = Promise.withResolvers<never>();
  readonly #workflow: Workflow;
  #newest = 0;
  #events = 0;

  constructor(workflow: Workflow, options: LaboratoryOptions) {
    this.#options = options;
    this.#workflow = workflow;
    this.#refused.promise.catch(() => undefined);
    this.#stubs = (options.stubs ?? {}) as Readonly<Record<string, unknown>>;
    // What the workflow says counts, unless the orchestrator says otherwise.
    this.#concurrency = workflow.definition.spec.concurrency === undefined ? { concurrency } : {};
  }

  /** A process; the ones before it are dead. */
  process(pid: number, backend: Backend): { orch: Orchestrator; watched: ReturnType<typeof watchPlugins> } {
    this.#newest = pid;
    const watched = watchPlugins(this.#options.plugins ?? [], this.busy);
    const counter: Plugin = {
      name: '@orch/testkit/events',
      contract: 1,
      apply: ({ hooks }) => hooks.onEvent.tap('count', () => void this.#events++),
    };
    const refuse = (phase: string): void => this.#refused.reject(needsStub(this.#workflow, phase));
    const orch = new Orchestrator({
      backend,
      plugins: [stubPlugin(this.#stubs, this.busy, refuse), counter, ...watched.plugins],
      ...(this.#options.language === undefined ? {} : { language: this.#options.language }),
      log: this.#options.log ?? stderrLog,
      clock: this.clock,
      ...this.#concurrency,
      ids: this.#ids,
      random: () => 0.5,
      host: this.#host(pid),
    });
    return { orch, watched };
  }

  /** Waits for the outcome, moving the clock on where nothing else moves. Rejects where a phase started that has no stub. */
  async drive<T>(awaited: Promise<T>): Promise<T> {
    const outcome = Promise.race([this.#refused.promise, awaited]);
    let isOver = false;
    const over = (): void => void (isOver = true);
    const ended = outcome.then(over, over);
    let [seen, seenAt, turns] = [this.#events, this.clock.monotonic(), 0];
    while (!isOver && turns < patienceTurns && this.clock.monotonic() - seenAt < patienceMs) {
      await settled();
      if (isOver) break;
      if (this.busy.isBusy) await Promise.race([this.busy.idle(), ended]);
      else if (seen !== this.#events) [seen, seenAt, turns] = [this.#events, this.clock.monotonic(), 0];
      else if (!(await this.clock.advanceToNext())) turns++;
    }
    if (isOver) return outcome;
    throw orchError({ code: 'ORCH_INTERNAL', message: 'The run stands still: it waits for nothing and does not end.' });
  }

  #host(pid: number): Host {
    const owner: Owner = {
      host: 'test',
      machine: 'test',
      boot: 'test',
      namespace: 'test',
      pid,
      startTime: String(pid),
    };
    return { owner, look: (other) => (other.pid === this.#newest ? 'alive' : 'dead'), end: async () => false };
  }
}

const stderrLog: Log = {
  info: () => undefined,
  warn: (message) => void process.stderr.write(`warning: ${message}\n`),
};

async function startsIn(memory: Backend): Promise<readonly string[]> {
  const started: string[] = [];
  for await (const events of memory.read(runId))
    for (const event of events) if (event.type === 'phase.started') started.push(event.phase);
  return started;
}

function neverStarted(phase: string, status: string): Error {
  return orchError({
    code: 'ORCH_RUN_NO_PHASE',
    message: `crashBefore: phase ${JSON.stringify(phase)} never started, the run is ${status}.`,
    hint: 'Name a phase that starts with these inputs and stubs.',
  });
}
