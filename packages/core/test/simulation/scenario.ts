import type { Decision } from '../../src/hooks/lifecycle-hooks.ts';
import type { Selection } from '../../src/run/event.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { PhaseSpec, WorkflowSpec } from '../../src/spec/workflow-spec.ts';
import type { Random } from './random.ts';
import type { SimProcess, World } from './world.ts';

export interface Scenario {
  readonly workflow: Workflow;
  readonly spec: WorkflowSpec;
  readonly maxAttempts: number;
  readonly concurrency: number;
  /** Phases that a tap skips. */
  readonly skips: ReadonlySet<string>;
  readonly slowHooks: boolean;
  readonly failFast: boolean;
  readonly selection: Selection | undefined;
  /** Whether failures are repaired before the next attempt, and whether some wait for a time by the wall. */
  readonly repairs: boolean;
  readonly waits: boolean;
}

type Needs = (index: number, random: Random) => readonly number[];

const shapes: Readonly<Record<string, Needs>> = {
  chain: (index) => (index === 0 ? [] : [index - 1]),
  fan: (index) => (index === 0 ? [] : [0]),
  diamond: (index) => (index === 0 ? [] : index < 4 ? [0] : index === 4 ? [1, 2, 3] : [index - 1]),
  layered: (index) => [index - 2, index - 3].filter((at) => at >= 0),
  islands: (index) => (index % 3 === 0 ? [] : [index - 1]),
  random: (index, random) => Array.from({ length: index }, (_, at) => at).filter(() => random.chance(0.35)),
};

/** A workflow of some shape, and how its plugins behave. */
export function makeScenario(random: Random): Scenario {
  const needs = shapes[random.pick(Object.keys(shapes))]!;
  const count = random.between(1, 7);
  const nameOf = (index: number): string => String.fromCodePoint(97 + index);
  const phases = Array.from({ length: count }, (_, index): PhaseSpec => {
    const dependsOn = needs(index, random).map(nameOf);
    return {
      name: nameOf(index),
      kind: random.chance(0.8) ? 'fleet' : 'local',
      options: {},
      ...(dependsOn.length > 0 ? { dependsOn } : {}),
      ...(random.chance(0.4) ? { timeoutMs: random.between(1_000, 30_000) } : {}),
      ...(random.chance(0.1) ? { checkpoint: false } : {}),
      ...(random.chance(0.1) ? { continueOnFailure: true } : {}),
      ...(dependsOn.length > 0 && random.chance(0.15) ? { after: random.pick(['failed', 'always'] as const) } : {}),
      ...(dependsOn.length > 0 && random.chance(0.2)
        ? { if: `phases.${random.pick(dependsOn)}.status == "${random.pick(['completed', 'failed', 'skipped'])}"` }
        : {}),
    };
  });
  const checkpointInterval = random.between(1, 3);
  const timeoutMs = random.chance(0.05) ? { timeoutMs: random.between(5_000, 600_000) } : {};
  const spec: WorkflowSpec = { id: 'w', phases, checkpointInterval, ...timeoutMs };
  const empty = workflow('w') as Workflow;
  return {
    workflow: { ...empty, definition: { ...empty.definition, spec } },
    spec,
    maxAttempts: random.between(1, 3),
    concurrency: random.between(1, 4),
    skips: new Set(phases.map(({ name }) => name).filter(() => random.chance(0.05))),
    slowHooks: random.chance(0.4),
    failFast: random.chance(0.2),
    selection: selectionOf(
      phases.map(({ name }) => name),
      random,
    ),
    repairs: random.chance(0.5),
    waits: random.chance(0.5),
  };
}

function selectionOf(names: readonly string[], random: Random): Selection | undefined {
  if (random.chance(0.7) || names.length === 1) return undefined;
  return { [random.pick(['only', 'skip', 'until'] as const)]: [random.pick(names)] };
}

export interface TapsRequest {
  readonly world: World;
  readonly process: SimProcess;
  readonly scenario: Scenario;
  /** Hears each event that the process tells. */
  readonly onTold: (event: { readonly version: number; readonly type: string }) => void;
}

/** Retries, skips, slow and failing hooks, and a listener. */
export function taps({ world, process, scenario, onTold }: TapsRequest): Plugin {
  const { random } = world;
  const { maxAttempts, skips, slowHooks } = scenario;
  const dawdle = async (): Promise<void> => {
    world.activity++;
    if (slowHooks && random.chance(0.3)) {
      const ms = random.between(1, 4_000);
      await new Promise<void>((resolve) => void process.clock.timer(ms, resolve));
    }
    await process.turn();
    world.activity++;
  };
  return {
    name: 'taps',
    contract: 1,
    apply({ hooks, now }) {
      hooks.onEvent.tap('told', onTold);
      hooks.onError.tap('retry', async ({ charged, phase, run }) => {
        await dawdle();
        if (random.chance(0.2)) await run.memory.set(phase, charged).catch(() => undefined);
        const repair =
          scenario.repairs && random.chance(0.5)
            ? {
                repair: {
                  kind: random.pick(['fleet', 'local']),
                  options: {},
                  ...(random.chance(0.3) ? { timeoutMs: 4_000 } : {}),
                },
              }
            : {};
        if (scenario.waits && world.faulty && random.chance(0.3))
          return {
            until: now() + random.between(-5_000, 90_000),
            charge: false,
            class: 'rate-limited',
            ...repair,
          } as Decision;
        return charged + 1 < maxAttempts
          ? ({ retryAt: now() + random.between(0, 10_000), ...repair } as Decision)
          : undefined;
      });
      if (!slowHooks && skips.size === 0) return;
      hooks.beforePhase.tap('prepare', async ({ phase }) => {
        await dawdle();
        if (world.faulty && random.chance(0.02)) throw new Error('no worktree');
        return skips.has(phase) ? { skip: 'no budget' } : undefined;
      });
      if (!slowHooks) return;
      hooks.beforeRun.tap('prepare', async ({ memory }) => {
        await dawdle();
        if (random.chance(0.3)) await memory.set('seen', true).catch(() => undefined);
        if (world.faulty && random.chance(0.05)) throw new Error('closed today');
      });
      hooks.afterPhase.tap('watch', dawdle);
      hooks.afterRun.tap('watch', dawdle);
    },
  };
}
