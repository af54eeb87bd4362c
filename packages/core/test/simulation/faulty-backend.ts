import type { Backend } from '../../src/backend/backend.ts';
import { orchError } from '../../src/errors/orch-error.ts';
import type { Call, Store } from './store.ts';
import type { SimProcess, World } from './world.ts';

const watched: ReadonlySet<string> = new Set<Call>([
  'create',
  'append',
  'acquire',
  'holder',
  'renew',
  'release',
  'post',
  'messages',
]);

/** The store as one process reaches it: over a network that loses, delays and reorders, until the process itself is gone. */
export function faultyBackend(world: World, store: Store, process: SimProcess): Backend {
  const line = new Line(world, process);
  return new Proxy(store.memory, {
    get(memory, name: keyof Backend) {
      if (name === 'open' || name === 'close') return async () => undefined;
      if (name === 'read')
        return (run: string, options: { after?: number }) => line.read(() => store.effects.read(run, options));
      // Left to polling: a call that is never answered would be one more way to wait, and no more.
      if (name === 'changed') return undefined;
      if (!watched.has(name)) return memory[name];
      return (...given: readonly unknown[]) => line.call(name, () => store.perform(process, name as Call, given));
    },
  });
}

class Line {
  readonly #world: World;
  readonly #process: SimProcess;

  constructor(world: World, process: SimProcess) {
    this.#world = world;
    this.#process = process;
  }

  async call(name: string, effect: () => Promise<unknown>): Promise<unknown> {
    const { random } = this.#world;
    const process = this.#process;
    await process.turn();
    this.#world.activity++;
    if (this.#world.faulty) await this.#before(name, effect);
    const answer = await effect();
    this.#world.activity++;
    if (this.#world.faulty) {
      const fault = random.weighted({ none: 180, fail: 6, delay: 10, crash: 1, pause: this.#world.isFar ? 14 : 2 });
      if (fault !== 'none') this.#count(`${fault} after ${name}`);
      if (fault === 'fail') throw unreachable(name);
      if (fault === 'delay') await this.#world.sleep(random.between(1, 3_000));
      if (fault === 'crash') process.kill(`after ${name}`);
      if (fault === 'pause') process.pause(random.between(1_000, 90_000));
    }
    await process.turn();
    return answer;
  }

  async *read<T>(open: () => AsyncIterable<T>): AsyncIterable<T> {
    await this.call('read', async () => undefined);
    for await (const commit of open()) {
      yield commit;
      await this.#process.turn();
    }
  }

  async #before(name: string, effect: () => Promise<unknown>): Promise<void> {
    const { random } = this.#world;
    const fault = random.weighted({ none: 180, fail: 5, late: 4, delay: 12, crash: 1 });
    if (fault !== 'none') this.#count(`${fault} before ${name}`);
    // What is on its way arrives, whatever becomes of who sent it.
    if (fault === 'delay') await this.#world.sleep(random.between(1, 3_000));
    if (fault === 'late') {
      const late = (): void => void effect().catch(() => this.#world.say(`late ${name} was refused`));
      this.#world.timer(random.between(1, 20_000), late);
    }
    if (fault === 'fail' || fault === 'late') throw unreachable(name);
    if (fault === 'crash') {
      this.#process.kill(`before ${name}`);
      await this.#process.turn();
    }
  }

  #count(what: string): void {
    this.#world.figures.faults++;
    this.#world.say(`${this.#process.name}: ${what}`);
  }
}

function unreachable(what: string): Error {
  return orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: `${what}: no route` });
}
