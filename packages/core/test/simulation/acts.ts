import type { Actor, Cast } from './cast.ts';

/** One thing that happens. */
export async function act(cast: Cast): Promise<void> {
  const { world, oracle } = cast;
  const { random } = world;
  const alive = cast.alive;
  const actor = alive.length > 0 ? random.pick(alive) : cast.actor();
  const handle = actor.handles.at(-1)?.handle;
  const heard = (call: Promise<unknown> | undefined): void => {
    if (call !== undefined) void cast.hear(actor, call);
  };
  const chosen = random.weighted({
    advance: 40,
    leap: world.isFar ? 14 : 5,
    end: 20,
    recover: 10,
    newcomer: world.isFar ? 14 : 6,
    rewind: 3,
    replan: 3,
    kill: 6,
    pause: 3,
    jump: 3,
    stop: 3,
    cancel: 2,
    cancelFromOutside: 1,
    detach: 3,
    close: 1,
  });
  switch (chosen) {
    case 'advance':
      return world.advance(random.between(1, 3_000));
    case 'leap':
      return world.advance(random.between(10_000, 45_000));
    case 'end':
      return endSome(cast);
    case 'newcomer':
      return cast.recover(cast.actor(), { takeOver: random.chance(0.3) });
    case 'recover':
      return random.chance(0.1) ? cast.execute(actor) : cast.recover(actor);
    case 'rewind':
      return rewind(cast, actor);
    case 'replan':
      return replan(cast, actor);
    case 'kill':
      return killSome(cast, actor);
    case 'pause':
      return actor.process.pause(random.between(1_000, 120_000));
    case 'jump':
      return world.jump(random.pick([-86_400_000, 86_400_000, -5_000, 40_000]));
    case 'stop':
      world.say(`${actor.process.name} stops`);
      return heard(handle?.stop());
    case 'detach':
      world.say(`${actor.process.name} detaches`);
      return heard(handle?.detach());
    case 'cancel':
    case 'cancelFromOutside':
      world.say(`${actor.process.name} cancels (${chosen})`);
      oracle.allowed.cancels = true;
      return heard(chosen === 'cancel' ? handle?.cancel() : actor.orch.cancel('r'));
    case 'close':
      world.say(`${actor.process.name} closes`);
      actor.isClosed = true;
      return heard(actor.orch.close());
  }
}

function rewind(cast: Cast, actor: Actor): void {
  const { random } = cast.world;
  cast.oracle.allowed.rewinds = true;
  const phase = random.pick(cast.scenario.spec.phases).name;
  return cast.recover(
    actor,
    random.chance(0.5)
      ? { from: phase as never }
      : { checkpoint: random.chance(0.5) ? phase : olderCheckpoint(cast, phase) },
  );
}

/** One phase has another time limit, or is forgiven its failure, or not any more. */
function replan(cast: Cast, actor: Actor): void {
  const { world, oracle, scenario } = cast;
  const { random } = world;
  oracle.allowed.rewinds = true;
  const { workflow, spec } = scenario;
  const chosen = random.pick(spec.phases).name;
  const phases = [...oracle.phases.values()].map(({ spec: phase }) => {
    if (phase.name !== chosen) return phase;
    const { continueOnFailure, timeoutMs, ...rest } = phase;
    return random.chance(0.5)
      ? { ...rest, timeoutMs: random.between(1_000, 30_000), ...(continueOnFailure ? { continueOnFailure } : {}) }
      : {
          ...rest,
          ...(timeoutMs ? { timeoutMs } : {}),
          ...(continueOnFailure ? {} : { continueOnFailure: true as const }),
        };
  });
  const changed = { ...workflow, definition: { ...workflow.definition, spec: { ...spec, phases } } };
  return cast.recover(actor, { workflow: changed, replan: true });
}

function endSome({ fleet, world }: Cast): void {
  const running = fleet.running;
  if (running.length === 0) return;
  const command = world.random.pick(running);
  command.end(world.random.chance(0.9) ? command.course : undefined);
}

/** Now, or somewhere on the way through this turn. */
async function killSome({ fleet, world }: Cast, { process }: Actor): Promise<void> {
  for (let turns = world.random.between(0, 6); turns > 0; turns--) await new Promise(setImmediate);
  process.kill('kill -9');
  fleet.lose(process);
}

function olderCheckpoint({ oracle, world }: Cast, phase: string): string {
  const all = oracle.events.flatMap((event) =>
    event.type === 'checkpoint.created' ? [`${event.name}@${event.version}`] : [],
  );
  return all.length === 0 ? phase : world.random.pick(all);
}
