import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { takeSample } from './harness/sample.ts';
import { median } from './harness/statistics.ts';
import { prepareKilledRun } from './programs/prepare-killed-run.ts';
import type { TakeUpAnswer } from './programs/take-up.ts';

const program = join(import.meta.dirname, 'programs', 'take-up.ts');

export const s13: Benchmark = {
  id: 's13',
  title: 'recover a run after kill -9: from the call to the first new phase; whole process ÷ a cold start',
  durability: 'the taking of the run and the start of the phase are flushed before the phase begins',
  async run(context) {
    const sizes = context.quick
      ? [[1_000, 30]]
      : [
          [1_000, 30],
          [10_000, 100],
        ];
    const figures: Figure[] = [];
    for (const [finished, goal] of sizes as [number, number][])
      figures.push(...(await recover(finished, goal, context)));
    return {
      figures,
      notes: ['A cold start begins a new run of the same workflow. Both processes end when their first phase begins.'],
    };
  },
};

async function recover(
  finished: number,
  goal: number,
  { samples, scratch, progress }: BenchContext,
): Promise<Figure[]> {
  progress(`a run with ${finished} finished phases, killed`);
  const killed = await prepareKilledRun(finished, scratch('disk'));
  const raw = {
    callMs: [] as number[],
    cpu: [] as number[],
    coldCpu: [] as number[],
    wall: [] as number[],
    coldWall: [] as number[],
  };
  for (let sample = 1; sample <= samples; sample++) {
    progress(`${finished} finished phases, sample ${sample} of ${samples}`);
    const cold = await takeSample<TakeUpAnswer>({ args: [program, String(finished), scratch('disk')] });
    const state = scratch('disk');
    cpSync(killed, state, { recursive: true });
    const taken = await takeSample<TakeUpAnswer>({ args: [program, String(finished), state] });
    expectWork('cold start, first phase', cold.answer.phase, 0);
    expectWork('recover, first phase', taken.answer.phase, finished);
    raw.callMs.push(taken.answer.callMs);
    raw.cpu.push(taken.cpuMs);
    raw.coldCpu.push(cold.cpuMs);
    raw.wall.push(taken.wallMs);
    raw.coldWall.push(cold.wallMs);
  }
  const ratio = (over: readonly number[], under: readonly number[]): number =>
    median(over.map((value, index) => value / under[index]!));
  const size = `${finished.toLocaleString('en')} finished`;
  return [
    {
      name: `${size}: call to first new phase`,
      value: median(raw.callMs),
      unit: 'ms',
      goal,
      raw: { callMs: raw.callMs },
    },
    {
      name: `${size}: CPU of the process ÷ cold start`,
      value: ratio(raw.cpu, raw.coldCpu),
      unit: 'x',
      goal: 1.5,
      raw: { cpu: raw.cpu, coldCpu: raw.coldCpu },
    },
    {
      name: `${size}: time of the process ÷ cold start`,
      value: ratio(raw.wall, raw.coldWall),
      unit: 'x',
      raw: { wall: raw.wall, coldWall: raw.coldWall },
    },
  ];
}
