import { isOrchError } from '../../src/errors/orch-error.ts';
import type { RunEvent } from '../../src/run/event.ts';
import { act } from './acts.ts';
import { Cast } from './cast.ts';
import type { Actor } from './cast.ts';
import type { Mutant } from './mutants.ts';
import { World } from './world.ts';
import type { Figures } from './world.ts';

export interface Simulated {
  /** The first broken promise; absent: all were kept. */
  readonly violation?: string;
  readonly figures: Figures;
  readonly trace: readonly string[];
}

/** One life of one run, decided by a seed: the same seed, the same life. */
export async function simulate(seed: number, mutant?: Mutant): Promise<Simulated> {
  const world = new World(seed);
  const cast = new Cast(world, mutant);
  const unheard = (reason: unknown): void => world.fail(`unheard rejection: ${String(reason)}`);
  const restore = mutant?.patch?.(cast.oracle);
  process.on('unhandledRejection', unheard);
  try {
    await live(cast);
    if (world.violation === undefined) await comeToRest(cast);
    if (world.violation === undefined) await close(cast);
  } finally {
    process.off('unhandledRejection', unheard);
    restore?.();
  }
  const { violation, figures, trace } = world;
  return { figures, trace, ...(violation === undefined ? {} : { violation }) };
}

async function live(cast: Cast): Promise<void> {
  const { world } = cast;
  const steps = world.random.between(10, 50);
  cast.execute(cast.actor('h1'));
  for (let step = 0; step < steps && world.violation === undefined; step++) {
    world.figures.steps++;
    await world.settle();
    await act(cast);
  }
}

/** Nothing fails any more: whoever drives the run must bring it to its end, or let somebody else. */
async function comeToRest(cast: Cast): Promise<void> {
  const { world, oracle, fleet, actors } = cast;
  world.faulty = false;
  world.say('--- the last fault ---');
  for (const { process } of actors) {
    process.resume();
    if (process.isDead) fleet.lose(process);
  }
  await world.advance(30_000);
  for (let round = 0; round < 60 && world.violation === undefined; round++) {
    await world.settle();
    if (oracle.isOver && cast.busy.length === 0) return;
    if (cast.busy.length === 0) helpOut(cast);
    await world.settle();
    await world.advance(5_000);
    endForever(cast, round);
    // Somebody may have set the wall back by days: what waits for it waits as long.
    if (round === 20) world.jump(30 * 86_400_000);
    for (const actor of actors) checkOwnTaking(cast, actor);
  }
  if (world.violation === undefined)
    world.fail(`the run does not come to its end: ${cast.busy.map(({ process }) => process.name).join(', ')}`);
}

/** Whoever holds the run takes it up again; else somebody new. */
function helpOut(cast: Cast): void {
  const { oracle, store, actors } = cast;
  const holder = store.current?.process;
  const known = actors.find(({ process, isClosed }) => process === holder && !process.isDead && !isClosed);
  const actor = known ?? cast.actor(holder?.machine ?? 'h1');
  if (oracle.version === 0) return cast.execute(actor);
  cast.recover(actor, { takeOver: known === undefined });
}

/** A taking that its process does not know of any more would hold the run for as long as the process lives. */
function checkOwnTaking(cast: Cast, actor: Actor): void {
  const { process, handles, isClosed } = actor;
  const last = handles.at(-1);
  if (cast.store.current?.process !== process || process.isDead || isClosed || cast.isBusy(actor)) return;
  void last?.handle.result().catch((error: unknown) => {
    if (isOrchError(error, 'ORCH_RUN_OWNED') && error.message.includes(`process ${process.pid} `))
      cast.world.fail(`${process.name} can not take the run from itself`);
  });
}

/** What never ends by itself is ended by a person, late: unless it was to be ended by orch. */
function endForever({ oracle, fleet }: Cast, round: number): void {
  if (round < 12) return;
  for (const command of fleet.running) {
    // A cancel ends all but clean-ups.
    const isCleanUp = oracle.phases.get(command.attempt.phase)!.spec.after === 'always';
    if (!oracle.isCancelling || isCleanUp) command.end(command.course);
  }
}

async function close({ world, actors, store, oracle }: Cast): Promise<void> {
  const living = actors.filter(({ process }) => !process.isDead);
  const closed = Promise.all(living.map(({ orch }) => orch.close()));
  let isClosed = false;
  closed.then(
    () => (isClosed = true),
    (error: unknown) => world.fail(`close threw ${String(error)}`),
  );
  await world.settle();
  await world.advance(10_000);
  if (!isClosed) world.fail('close does not settle');
  for (const { process } of living)
    if (world.timersOf(process) > 0) world.fail(`${process.name} left ${world.timersOf(process)} timers`);
  const events: RunEvent[] = [];
  for await (const commit of store.memory.read('r')) events.push(...commit);
  oracle.compare(events);
}
