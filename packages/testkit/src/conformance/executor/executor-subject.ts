import { strict as assert } from 'node:assert';
import { tmpdir } from 'node:os';
import { randomIds } from '@orch/core/author';
import type { Attempt, AttemptContext, Executor, Outcome } from '@orch/core/author';
import { processOwner } from '@orch/core/node';

/** What the work of a phase does. */
export type TestWork =
  /** Ends well, without an output. */
  | 'complete'
  /** Ends badly. */
  | 'fail'
  /** Goes on until `finish` is called for its run, then ends well. Obeys the order to end. */
  | 'wait'
  /** As `wait`, but does not obey the order to end, for longer than a test lasts. */
  | 'resist'
  /** What `check` has an error against. */
  | 'unsound'
  /** Ends well with this output, which may be more than JSON can hold. */
  | { readonly give: unknown };

/** What `create` hands to the suite, made anew for each case. */
export interface ExecutorUnderTest {
  readonly executor: Executor;
  /** Has every phase of this name do this work from now on; answers with the options of such a phase. */
  readonly phase: (name: string, work: TestWork) => Attempt['options'];
  /** How much work of a run is under way, seen from outside of the executor. `complete` and `fail` need not count. */
  readonly running: (run: string) => number | Promise<number>;
  /** How much work of a run has ever begun, counted as by `running`: what is adopted must not begin again. */
  readonly begun?: (run: string) => number | Promise<number>;
  /** Lets the work of a run that waits or resists end well. */
  readonly finish: (run: string) => void | Promise<void>;
  /** Another executor on the same state while the first stays as it is: what the next process after a kill has. */
  readonly next?: () => Executor | Promise<Executor>;
  /** The same attempt, started where nobody can see from here what becomes of it. */
  readonly unseen?: (attempt: Attempt) => Attempt;
  /** The working folder of runs; default: that of temporary files. */
  readonly directory?: string;
  readonly cleanup: () => void | Promise<void>;
}

/** An attempt at a phase, with the handles that the engine has. */
export interface Trial {
  readonly attempt: Attempt;
  readonly context: AttemptContext;
  readonly stop: AbortController;
  readonly kill: AbortController;
}

type TrialOptions = Partial<Pick<Attempt, 'runId' | 'phase' | 'index' | 'number' | 'part'>>;

/** The executor under test, with what cases have in common. */
export class ExecutorSubject {
  readonly executor: Executor;
  readonly #given: ExecutorUnderTest;
  readonly #trials: Trial[] = [];
  readonly #ends: Promise<unknown>[] = [];

  constructor(given: ExecutorUnderTest) {
    this.#given = given;
    this.executor = given.executor;
  }

  /** An attempt that is not started. */
  trial(work: TestWork, more: TrialOptions = {}): Trial {
    const { runId = randomIds.runId(), phase = 'build' } = more;
    const stop = new AbortController();
    const kill = new AbortController();
    const attempt: Attempt = {
      workflow: 'conformance',
      number: 1,
      part: 'main',
      key: randomIds.random(),
      owner: processOwner(),
      ...more,
      runId,
      phase,
      options: this.#given.phase(phase, work),
    };
    const context: AttemptContext = {
      signal: stop.signal,
      kill: kill.signal,
      holds: () => Promise.resolve(true),
      inputs: {},
      secrets: [],
      outputs: Object.create(null) as AttemptContext['outputs'],
      env: {},
      directory: this.#given.directory ?? tmpdir(),
      idempotencyKey: `${runId}/${phase}`,
      log: { info: () => {}, warn: () => {} },
    };
    const trial = { attempt, context, stop, kill };
    this.#trials.push(trial);
    return trial;
  }

  /** As the engine does: every attempt of the run that was made so far stands in its journal. */
  async start({ attempt, context }: Trial): Promise<{ readonly outcome: Promise<Outcome> }> {
    const known = this.#trials.filter((it) => it.attempt.runId === attempt.runId).map((it) => it.attempt.key);
    await this.executor.settle?.(attempt.runId, new Set(known));
    return { outcome: this.#heard(this.executor.execute(attempt, context)) };
  }

  async execute(trial: Trial): Promise<Outcome> {
    const { outcome } = await this.start(trial);
    return outcome;
  }

  /** Starts work that goes on, and waits until so much of its run is under way. */
  async begin(trial: Trial, count = 1): Promise<{ readonly outcome: Promise<Outcome> }> {
    const started = await this.start(trial);
    let early: Outcome | undefined;
    void started.outcome.then(
      (outcome) => (early = outcome),
      () => undefined,
    );
    while ((await this.running(trial)) < count) {
      assert.equal(early, undefined, 'the work ended before it was told to');
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return started;
  }

  async running({ attempt }: Trial): Promise<number> {
    return this.#given.running(attempt.runId);
  }

  /** How much work of its run has ever begun. */
  async begun({ attempt }: Trial): Promise<number> {
    return this.#need('begun')(attempt.runId);
  }

  async finish({ attempt }: Trial): Promise<void> {
    await this.#given.finish(attempt.runId);
  }

  /** What the next process has. */
  async next(): Promise<Executor> {
    return this.#need('next')();
  }

  unseen(attempt: Attempt): Attempt {
    return this.#need('unseen')(attempt);
  }

  /** Asks the next process about an attempt. `undefined`: gone. */
  async adopt(
    trial: Trial,
    by?: Executor,
    otherHost = false,
  ): Promise<{ readonly outcome: Promise<Outcome> } | undefined> {
    const executor = withMethod(by ?? (await this.next()), 'adopt');
    const found = await executor.adopt(trial.attempt, { ...trial.context, otherHost });
    if ('outcome' in found) return { outcome: this.#heard(found.outcome) };
    assert.deepEqual(found, { gone: true });
    return undefined;
  }

  /** The outcome of an attempt that must not be gone. */
  async adopted(trial: Trial): Promise<{ readonly outcome: Promise<Outcome> }> {
    const found = await this.adopt(trial);
    assert.ok(found, 'an attempt that is there was answered with gone');
    return found;
  }

  async settle(run: string, known: ReadonlySet<string>): Promise<void> {
    const executor = (await this.#given.next?.()) ?? this.executor;
    await withMethod(executor, 'settle').settle(run, known);
  }

  check(...given: Parameters<NonNullable<Executor['check']>>): ReturnType<NonNullable<Executor['check']>> {
    return withMethod(this.executor, 'check').check(...given);
  }

  /** Ends what a case has left. */
  async close(): Promise<void> {
    for (const trial of this.#trials) {
      await this.finish(trial);
      trial.stop.abort('cancelled');
      trial.kill.abort();
    }
    await Promise.allSettled(this.#ends);
  }

  /** What nobody hears must not end the process. */
  #heard(outcome: Promise<Outcome>): Promise<Outcome> {
    this.#ends.push(outcome);
    outcome.catch(() => undefined);
    return outcome;
  }

  #need<Member extends 'begun' | 'next' | 'unseen'>(member: Member): NonNullable<ExecutorUnderTest[Member]> {
    const given = this.#given[member];
    assert.ok(given, `create() must answer \`${member}\`, or \`lacks\` must name the capability that needs it`);
    return given;
  }
}

function withMethod<Name extends 'check' | 'settle' | 'adopt'>(
  executor: Executor,
  name: Name,
): Executor & Required<Pick<Executor, Name>> {
  assert.ok(executor[name], `the executor must have \`${name}\`, or the options must say that it lacks it`);
  return executor as Executor & Required<Pick<Executor, Name>>;
}
