import type { Adopted, Attempt, AttemptContext, Executor, Outcome } from '../../src/executor/executor.ts';
import type { JournalOracle } from './journal-oracle.ts';
import type { Store } from './store.ts';
import type { SimProcess, World } from './world.ts';

interface Command {
  readonly attempt: Attempt;
  /** Ends with it; `undefined`: it outlives every process. */
  readonly boundTo: SimProcess | undefined;
  /** How it goes without a signal. */
  readonly course: Outcome;
  /** Told to end: it is not what a next attempt may run beside, but it was told. */
  isTold: boolean;
  /** As its result file says; `undefined`: it runs, or was lost. */
  result: Outcome | undefined;
  isOver: boolean;
  readonly over: Promise<void>;
  readonly end: (result: Outcome | undefined) => void;
}

/** What the executors of all processes share: the commands themselves, which outlive whoever started them. */
export class Fleet {
  readonly commands = new Map<string, Command>();
  /** Processes that were told to stop. */
  readonly stopped = new Set<SimProcess>();
  /** Processes that told their listeners that the run is being cancelled. */
  readonly told = new Set<SimProcess>();
  readonly #world: World;
  readonly #oracle: JournalOracle;
  readonly #store: Store;

  constructor(world: World, oracle: JournalOracle, store: Store) {
    this.#world = world;
    this.#oracle = oracle;
    this.#store = store;
  }

  get running(): Command[] {
    return [...this.commands.values()].filter(({ isOver }) => !isOver);
  }

  /** An executor whose work outlives its process, or, without `adopt`, one whose work does not. */
  executor(process: SimProcess, outlives: boolean): Executor {
    const execute: Executor['execute'] = (attempt, context) => this.#execute(process, { attempt, context, outlives });
    if (!outlives) return { execute };
    return {
      execute,
      settle: (_run, known) => this.#settle(process, known),
      adopt: (attempt, context) => this.#adopt(process, attempt, context),
    };
  }

  /** A process is gone: so is what it ran within itself. */
  lose(process: SimProcess): void {
    for (const command of this.running) if (command.boundTo === process) command.end(undefined);
  }

  async #execute(
    process: SimProcess,
    { attempt, context, outlives }: { attempt: Attempt; context: AttemptContext; outlives: boolean },
  ): Promise<Outcome> {
    const { random, figures } = this.#world;
    if (process.isDead) await process.turn();
    this.#checkStart(process, attempt);
    if (this.#world.faulty && random.chance(0.03)) return { status: 'failed', class: 'unknown', error: cannotStart };
    figures.starts++;
    const command = this.#spawn(attempt, outlives ? undefined : process);
    if (this.#world.faulty && random.chance(0.01)) process.kill('after a spawn');
    return this.#watch(process, command, context);
  }

  #checkStart(process: SimProcess, { phase, number, key }: Attempt): void {
    if (this.#store.isContested) return;
    const known = this.#oracle.phases.get(phase)!;
    const who = `${process.name} executed ${phase} ${number}`;
    if (known.key !== key || known.attempt !== number) this.#world.fail(`fleet: ${who}, which is not committed`);
    else if (known.status !== 'running') this.#world.fail(`fleet: ${who}, which is ${known.status}`);
    if (!this.#holds(process)) this.#world.fail(`fleet: ${who} without holding the run`);
    if (this.told.has(process) && this.#oracle.isCancelling && known.spec.after !== 'always')
      this.#world.fail(`fleet: ${who} after it told of the cancel`);
    for (const command of this.commands.values()) {
      if (command.attempt.phase !== phase) continue;
      const other = `${phase} ${command.attempt.number}`;
      const counts = command.boundTo === undefined || (!command.isTold && this.#isBeside(command.boundTo, process));
      if (!command.isOver && counts) this.#world.fail(`fleet: ${who} while ${other} runs`);
      if (command.boundTo !== undefined) continue;
      if (
        command.attempt.part === 'main' &&
        command.result?.status === 'completed' &&
        command.attempt.number > this.#floor(phase)
      )
        this.#world.fail(`fleet: ${who} although ${other} completed`);
    }
  }

  /** Work within a process counts while it lives, on the same host, and knows that it has the run. */
  #isBeside(other: SimProcess, process: SimProcess): boolean {
    return !other.isDead && other.machine === process.machine && !this.#store.robbed.has(other);
  }

  /** Attempts up to this one were reset. */
  #floor(phase: string): number {
    let attempt = 0;
    let floor = 0;
    for (const event of this.#oracle.events) {
      if (event.type === 'phase.started' && event.phase === phase) attempt = event.attempt;
      if (event.type === 'run.reset' && event.phases.includes(phase)) floor = attempt;
      if (event.type === 'phase.interrupted' && event.reason === 'replaced' && event.phase === phase) floor = attempt;
    }
    return floor;
  }

  #spawn(attempt: Attempt, boundTo: SimProcess | undefined): Command {
    const { random } = this.#world;
    let settle = (): void => {};
    const over = new Promise<void>((resolve) => (settle = resolve));
    const world = this.#world;
    const course = random.weighted({ completed: 70, failed: 18, lost: 5, forever: 4 });
    const command: Command = {
      attempt,
      boundTo,
      course: course === 'failed' ? exited : { status: 'completed', output: attempt.number },
      isTold: false,
      result: undefined,
      isOver: false,
      over,
      end(result) {
        if (command.isOver) return;
        command.isOver = true;
        command.result = result;
        world.say(`${attempt.phase} ${attempt.number} ended: ${result?.status ?? 'lost'}`);
        settle();
      },
    };
    this.commands.set(attempt.key, command);
    this.#world.say(`${attempt.phase} ${attempt.number} runs (${course}${boundTo ? ' within its process' : ''})`);
    const ms = random.between(0, 1) * random.between(1, 20_000);
    if (course !== 'forever') this.#world.timer(ms, () => command.end(course === 'lost' ? undefined : command.course));
    return command;
  }

  async #settle(process: SimProcess, known: ReadonlySet<string>): Promise<void> {
    await process.turn();
    if (!this.#holds(process)) this.#world.fail(`fleet: ${process.name} settles a run that it does not hold`);
    const epoch = this.#store.current?.epoch;
    await this.#look(process);
    // Whoever falls asleep in here is beyond what core can know.
    if (!this.#holds(process) || this.#store.current?.epoch !== epoch) return;
    for (const { attempt } of this.running)
      if (!known.has(attempt.key)) this.#world.fail(`fleet: ${process.name} settles ${attempt.phase}, which is known`);
  }

  #holds(process: SimProcess): boolean {
    return this.#store.isContested || this.#store.current?.process === process;
  }

  async #adopt(process: SimProcess, attempt: Attempt, context: AttemptContext): Promise<Adopted> {
    await this.#look(process);
    if (this.#world.faulty && this.#world.random.chance(0.03)) throw new Error('no /proc');
    const command = this.commands.get(attempt.key);
    if (command === undefined || (command.isOver && command.result === undefined)) return { gone: true };
    this.#world.figures.adoptions++;
    return { outcome: this.#watch(process, command, context) };
  }

  /** To look at the machine takes time, in which the process may be gone. */
  async #look(process: SimProcess): Promise<void> {
    const { random } = this.#world;
    if (this.#world.faulty && random.chance(0.2)) {
      const ms = random.between(1, 12_000);
      await new Promise<void>((resolve) => void process.clock.timer(ms, resolve));
    }
    await process.turn();
    this.#world.activity++;
  }

  async #watch(process: SimProcess, command: Command, { signal, kill }: AttemptContext): Promise<Outcome> {
    const told = (): void => this.#tell(process, command, String(signal.reason));
    const killed = (): void => command.end(exited);
    signal.addEventListener('abort', told);
    kill.addEventListener('abort', killed);
    if (signal.aborted) told();
    await command.over;
    this.#world.activity++;
    await process.turn();
    signal.removeEventListener('abort', told);
    kill.removeEventListener('abort', killed);
    const { result } = command;
    if (result === undefined) return { status: 'aborted' };
    return signal.aborted && result.status === 'failed' ? { status: 'aborted', exitCode: 1 } : result;
  }

  /** A signal to end: most obey at once, some take their time. */
  #tell(process: SimProcess, command: Command, reason: string): void {
    if (process.isDead || command.isOver) return;
    const who = `${process.name} ended ${command.attempt.phase} ${command.attempt.number} (${reason})`;
    this.#world.say(who);
    command.isTold = true;
    if (command.boundTo === undefined) {
      if (!this.#holds(process)) this.#world.fail(`fleet: ${who} without holding the run`);
      if (reason === 'cancelled' && !this.#oracle.isCancelling && !this.#oracle.isFailingFast)
        this.#world.fail(`fleet: ${who} before the commit`);
    }
    const { random } = this.#world;
    const obeyMs = random.chance(0.5) ? 0 : random.between(1, 15_000);
    this.#world.timer(obeyMs, () => command.end(exited));
  }
}

const cannotStart = { code: 'ORCH_PHASE_START', message: 'no such program' };
const exited: Outcome = {
  status: 'failed',
  class: 'exit',
  exitCode: 1,
  error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
};
