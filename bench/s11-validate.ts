import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { layers } from '../packages/testkit/src/graphs.ts';
import type { Benchmark } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { medianFigure, ratioFigure } from './harness/figures.ts';
import { orch, writePlan } from './harness/orch.ts';
import { runNode, takeSample } from './harness/sample.ts';
import type { Usage } from './harness/sample.ts';

const floor = join(import.meta.dirname, 'programs', 'plan-check-floor.mjs');

export const s11: Benchmark = {
  id: 's11',
  title: '`orch validate` of a layered plan of 10,000 phases ÷ a Node program: JSON.parse and Kahn',
  durability: 'nothing is stored',
  async run({ samples, scratch, progress }) {
    const folder = scratch('disk');
    const plan = layers(10, 1_000);
    const phases = plan.phases.length;
    writePlan(folder, plan);
    await expectThatItLooks(folder, phases);
    const used: { orch: Usage[]; floor: Usage[] } = { orch: [], floor: [] };
    for (let sample = 1; sample <= samples; sample++) {
      progress(`sample ${sample} of ${samples}`);
      const base = await takeSample<number>({ args: [floor, 'plan.json'], cwd: folder });
      expectWork('floor', base.answer, phases);
      used.floor.push(base);
      used.orch.push(await takeSample({ args: [...orch, 'validate', 'plan.json'], cwd: folder }));
    }
    const of = (field: keyof Usage): { readonly over: number[]; readonly under: number[] } => ({
      over: used.orch.map((it) => it[field]),
      under: used.floor.map((it) => it[field]),
    });
    const megabytes = ({ memoryMiB }: Usage): number => (memoryMiB * 2 ** 20) / 1e6;
    return {
      figures: [
        ratioFigure('CPU', { ...of('cpuMs'), goal: 4 }),
        medianFigure('memory of orch', { of: used.orch.map(megabytes), unit: 'MB', goal: 150 }),
        medianFigure('memory of the floor', { of: used.floor.map(megabytes), unit: 'MB' }),
        ratioFigure('time', of('wallMs')),
        medianFigure('CPU of orch', { of: used.orch.map(({ cpuMs }) => cpuMs), unit: 'ms' }),
      ],
      notes: ['CPU of the whole tree, start of Node and of `sh -n` included; memory of the Node process at its peak.'],
    };
  },
};

/** It answers for each phase, and refuses the plan once its first phase waits for its last. */
async function expectThatItLooks(folder: string, phases: number): Promise<void> {
  const answer = await runNode([...orch, 'validate', 'plan.json', '--json'], { cwd: folder, env: process.env });
  const { checks } = JSON.parse(answer) as { readonly checks: Readonly<Record<string, boolean>> };
  expectWork('checks', Object.values(checks).filter(Boolean).length, 2 * phases);
  const plan = layers(10, phases / 10);
  const [first, ...others] = plan.phases;
  const last = others.at(-1)?.name ?? '';
  const bent = join(folder, 'bent');
  mkdirSync(bent);
  writePlan(bent, { ...plan, phases: [{ ...first, depends_on: [last] }, ...others] });
  const { status } = spawnSync(process.execPath, [...orch, 'validate', 'plan.json'], { cwd: bent });
  expectWork('refusal of a cycle (exit code)', status ?? -1, 2);
}
