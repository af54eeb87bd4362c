import { join } from 'node:path';
import type { Benchmark } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { takeSample } from './harness/sample.ts';
import { median, medianRatio } from './harness/statistics.ts';
import type { LayersAnswer } from './programs/layers.ts';

const program = join(import.meta.dirname, 'programs', 'layers.ts');
const [few, many] = [100, 5_000];
const goal = 1.15;

export const s9: Benchmark = {
  id: 's9',
  title: 'CPU per phase in runs of 5,000 phases ÷ in runs of 100 (layers of functions, no hooks tapped)',
  durability: 'state in memory (tmpfs), so that only CPU is measured; the calls are the same as on a disk',
  async run({ samples, scratch, progress }) {
    const raw = {
      coldFew: [] as number[],
      coldMany: [] as number[],
      warmFew: [] as number[],
      warmMany: [] as number[],
    };
    const perPhase = async (phases: number, warmUp: number, runs: number): Promise<number> => {
      const args = [program, String(phases), String(runs), String(warmUp), scratch('memory'), 'json'];
      const { answer } = await takeSample<LayersAnswer>({ args });
      expectWork('layers', answer.completed, phases * runs);
      return answer.cpuMs / (phases * runs);
    };
    for (let sample = 1; sample <= samples; sample++) {
      progress(`sample ${sample} of ${samples}`);
      raw.coldFew.push(await perPhase(few, 0, 1));
      raw.coldMany.push(await perPhase(many, 0, 1));
      raw.warmFew.push(await perPhase(few, many, many / few));
      raw.warmMany.push(await perPhase(many, many, 1));
    }
    return {
      figures: [
        {
          name: 'new process for each run',
          value: medianRatio(raw.coldMany, raw.coldFew),
          unit: 'x',
          goal,
          raw: { few: raw.coldFew, many: raw.coldMany },
        },
        {
          name: 'in a process that has run 5,000 phases',
          value: medianRatio(raw.warmMany, raw.warmFew),
          unit: 'x',
          goal,
          raw: { few: raw.warmFew, many: raw.warmMany },
        },
        {
          name: 'CPU of a phase, new process, 5,000 phases',
          value: median(raw.coldMany),
          unit: 'ms',
          raw: { many: raw.coldMany },
        },
      ],
      notes: [
        'From building the workflow to its result; the start of Node is left out. In a new process 100 phases pay for compiling, so the second ratio is the stricter one.',
      ],
    };
  },
};
