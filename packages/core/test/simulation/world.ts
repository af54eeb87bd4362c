import type { Clock } from '../../src/clock.ts';
import type { Host } from '../../src/engine/host.ts';
import type { Owner } from '../../src/run/owner.ts';
import { Random } from './random.ts';

interface Timer {
  readonly at: number;
  readonly wake: () => void;
  /** Whose; `undefined`: the world's (the network, commands). */
  readonly process: SimProcess | undefined;
}

export interface Figures {
  steps: number;
  kills: number;
  pauses: number;
  takeUps: number;
  starts: number;
  adoptions: number;
  faults: number;
  acknowledged: number;
  /** Lives in which an expired lease was renewed while another process was about to take it. */
  contested: number;
}

/** Time, chance, processes, and the first thing that went wrong. */
export class World {
  readonly random: Random;
  readonly processes: SimProcess[] = [];
  readonly trace: string[] = [];
  readonly figures: Figures = {
    steps: 0,
    kills: 0,
    pauses: 0,
    takeUps: 0,
    starts: 0,
    adoptions: 0,
    faults: 0,
    acknowledged: 0,
    contested: 0,
  };
  /** Whether anything fails by chance. */
  faulty = true;
  /** A life of two hosts whose processes sleep a lot: leases matter. */
  readonly isFar: boolean;
  /** The first broken promise. */
  violation: string | undefined;
  /** Raised by all that happens: the world is quiet when it stands still. */
  activity = 0;
  #wall = 1_700_000_000_000;
  #monotonic = 50_000;
  #timers: Timer[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
    this.isFar = this.random.chance(0.3);
  }

  get monotonic(): number {
    return this.#monotonic;
  }

  get wall(): number {
    return this.#wall;
  }

  say(line: string): void {
    this.activity++;
    this.trace.push(`${String(this.#monotonic).padStart(8)} ${line}`);
  }

  fail(what: string): void {
    this.violation ??= what;
    this.say(`VIOLATION ${what}`);
  }

  /** The wall clock of all hosts is set. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  timer(delayMs: number, wake: () => void, process?: SimProcess): () => void {
    const timer: Timer = { at: this.#monotonic + Math.max(0, delayMs), wake, process };
    this.#timers.push(timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.timer(ms, resolve));
  }

  timersOf(process: SimProcess): number {
    return this.#timers.filter((timer) => timer.process === process).length;
  }

  /** Moves on, firing timers in their order, each with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms;
    for (;;) {
      const next = this.#nextTimer(until);
      if (next === undefined) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#step(Math.max(this.#monotonic, next.at));
      next.wake();
      await this.settle();
      if (this.violation !== undefined) return;
    }
    this.#step(until);
  }

  /** Lets everything happen that can happen without the clock. */
  async settle(): Promise<void> {
    let seen = -1;
    for (let idle = 0, turn = 0; idle < 3 && turn < 5_000; turn++) {
      await new Promise(setImmediate);
      idle = this.activity === seen ? idle + 1 : 0;
      seen = this.activity;
      if (turn === 4_999) this.fail('something spins: 5,000 turns without a rest');
    }
  }

  #nextTimer(until: number): Timer | undefined {
    let found: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > until || timer.process?.isPaused === true || timer.process?.isDead === true) continue;
      if (found === undefined || timer.at < found.at) found = timer;
    }
    return found;
  }

  #step(to: number): void {
    this.#wall += to - this.#monotonic;
    this.#monotonic = to;
  }
}

const never = new Promise<never>(() => {});

/** A process on a host: it can be killed, and stopped for a while. */
export class SimProcess {
  readonly pid: number;
  readonly machine: string;
  readonly clock: Clock;
  readonly host: Host;
  isDead = false;
  isPaused = false;
  readonly #world: World;
  #resumed: Promise<void> | undefined;
  #resume: () => void = () => {};
  #words = 0;

  constructor(world: World, machine: string) {
    this.#world = world;
    this.machine = machine;
    this.pid = world.processes.push(this);
    this.clock = {
      now: () => world.wall,
      monotonic: () => world.monotonic,
      timer: (delayMs, wake) => (this.isDead ? () => undefined : world.timer(delayMs, wake, this)),
    };
    this.host = { owner: this.#owner(), look: (owner) => this.#look(owner), end: (owner) => this.#end(owner) };
  }

  get name(): string {
    return `p${this.pid}@${this.machine}`;
  }

  random(): string {
    return `${this.pid}-${++this.#words}`;
  }

  kill(why: string): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#world.figures.kills++;
    this.#world.say(`${this.name} killed: ${why}`);
  }

  pause(ms: number): void {
    if (this.isDead || this.isPaused) return;
    this.isPaused = true;
    this.#resumed = new Promise((resolve) => (this.#resume = resolve));
    this.#world.figures.pauses++;
    this.#world.say(`${this.name} paused for ${ms} ms`);
    this.#world.timer(ms, () => this.resume());
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.#world.say(`${this.name} resumed`);
    this.#resume();
  }

  /** Settles when the process has the processor: at once, later, or never. */
  async turn(): Promise<void> {
    while (this.isPaused && !this.isDead) await this.#resumed;
    if (this.isDead) await never;
  }

  #owner(): Owner {
    return { host: this.machine, machine: this.machine, boot: 'b', namespace: 'n', pid: this.pid, startTime: '1' };
  }

  #look(owner: Owner): 'alive' | 'dead' | 'unknown' {
    if (owner.machine !== this.machine) return 'unknown';
    return this.#world.processes[owner.pid - 1]!.isDead ? 'dead' : 'alive';
  }

  async #end(owner: Owner): Promise<boolean> {
    if (this.#world.faulty && this.#world.random.chance(0.1)) return false;
    this.#world.processes[owner.pid - 1]!.kill(`taken over by ${this.name}`);
    return true;
  }
}
