import { join } from 'node:path';
import type { PlanObject } from '../../packages/testkit/src/graphs.ts';
import { expectWork } from './benchmark.ts';
import type { BenchContext, Figure, Place } from './benchmark.ts';
import { ratioFigure } from './figures.ts';
import { executePlan, writePlan } from './orch.ts';
import { takeSample } from './sample.ts';
import type { Usage } from './sample.ts';

const floor = join(import.meta.dirname, '..', 'programs', 'commands-floor.mjs');

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
  const times = plan.phases.length;
  const command = plan.phases[0]?.command ?? '';
  for (let sample = 1; sample <= samples; sample++) {
    progress(`${name}, sample ${sample} of ${samples}`);
    const folder = scratch(where);
    const base = await takeSample<number>({ args: [floor, String(times), String(lanes), command], cwd: folder });
    expectWork('floor', base.answer, times);
    used.floor.push(base);
    writePlan(folder, { ...plan, concurrency: lanes });
    const { usage, completed } = await executePlan(folder, ['--output', 'none']);
    expectWork('commands', completed, times);
    used.orch.push(usage);
  }
  const figure = (what: string, of: keyof Usage, limit?: number): Figure =>
    ratioFigure(`${name}: ${what}`, {
      over: used.orch.map((it) => it[of]),
      under: used.floor.map((it) => it[of]),
      goal: limit,
    });
  return [figure('CPU', 'cpuMs', goal), figure('memory', 'memoryMiB', 1.4), figure('time', 'wallMs')];
}
