import { join } from 'node:path';
import type { PlanObject } from '../../packages/testkit/src/graphs.ts';
import { expectWork } from './benchmark.ts';
import type { BenchContext, Figure, Place } from './benchmark.ts';
import { ratioFigure } from './figures.ts';
import { flushesFigure } from './flushes.ts';
import { executeArguments, executePlan, writePlan } from './orch.ts';
import { sampleTreeMemory, takeSample } from './sample.ts';
import type { Usage } from './sample.ts';

const floor = join(import.meta.dirname, '..', 'programs', 'commands-floor.mjs');

const options: readonly string[] = ['--output', 'none'];

export interface CommandsCase {
  readonly name: string;
  readonly where: Place;
  /** Its phases all have the same command. */
  readonly plan: PlanObject;
  /** Commands at once. */
  readonly lanes: number;
  /** Of CPU. */
  readonly goal: number;
}

/** The commands of a plan by orch, and by a Node loop of spawn. */
export async function compareCommands(
  { name, where, plan, lanes, goal }: CommandsCase,
  { samples, scratch, progress }: BenchContext,
): Promise<Figure[]> {
  const used: { orch: Usage[]; floor: Usage[] } = { orch: [], floor: [] };
  const peaks: { orch: number[]; floor: number[] } = { orch: [], floor: [] };
  const times = plan.phases.length;
  const command = plan.phases[0]?.command ?? '';
  for (let sample = 1; sample <= samples; sample++) {
    progress(`${name}, sample ${sample} of ${samples}`);
    const folder = scratch(where);
    const floorArguments = [floor, String(times), String(lanes), command];
    const base = await takeSample<number>({ args: floorArguments, cwd: folder });
    expectWork('floor', base.answer, times);
    used.floor.push(base);
    writePlan(folder, { ...plan, concurrency: lanes });
    const { usage, completed } = await executePlan(folder, options);
    expectWork('commands', completed, times);
    used.orch.push(usage);
    // Once more, with an eye on the memory.
    peaks.floor.push(await sampleTreeMemory({ args: floorArguments, cwd: folder }));
    const other = scratch(where);
    writePlan(other, { ...plan, concurrency: lanes });
    peaks.orch.push(await sampleTreeMemory({ args: executeArguments(options), cwd: other }));
  }
  const figure = (what: string, of: keyof Usage, limit?: number): Figure =>
    ratioFigure(`${name}: ${what}`, {
      over: used.orch.map((it) => it[of]),
      under: used.floor.map((it) => it[of]),
      goal: limit,
    });
  return [
    figure('CPU', 'cpuMs', goal),
    ratioFigure(`${name}: memory of the tree`, { over: peaks.orch, under: peaks.floor, goal: 1.4 }),
    figure('memory of the Node process', 'memoryMiB'),
    figure('time', 'wallMs'),
  ];
}

export const treeMemoryNote =
  'Memory of the tree: PSS of the process and its descendants, the most at one look of many, in runs that are not timed.';

/** What such a plan flushes, on the disk. */
export function countCommandFlushes(
  { plan, lanes }: Pick<CommandsCase, 'plan' | 'lanes'>,
  { scratch, progress }: BenchContext,
): ReturnType<typeof flushesFigure> {
  progress('counting flushes');
  const folder = scratch('disk');
  const phases = plan.phases.length;
  writePlan(folder, { ...plan, concurrency: lanes });
  return flushesFigure(`${phases.toLocaleString('en')} × ${plan.phases[0]?.command}, state on disk`, {
    folder,
    phases,
    options,
  });
}
