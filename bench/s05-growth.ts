import { backendKinds } from '../scripts/trial/backend-kind.ts';
import type { BackendKind } from '../scripts/trial/backend-kind.ts';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { chainProgram } from './harness/chain.ts';
import { takeSample } from './harness/sample.ts';
import { median, sum } from './harness/statistics.ts';
import type { ChainAnswer } from './programs/chain.ts';

export const s5: Benchmark = {
  id: 's5',
  title: 'growth on each backend: last fifth of the chain ÷ its first fifth',
  durability:
    'each phase is flushed before it counts as completed: JSON fdatasync, SQLite WAL and synchronous=FULL, Redis appendfsync always',
  async run(context) {
    const sizes = context.quick
      ? [[1_000, 1.1]]
      : [
          [1_000, 1.1],
          [10_000, 1.2],
        ];
    const figures: Figure[] = [];
    for (const kind of backendKinds)
      for (const [phases, goal] of sizes as [number, number][])
        figures.push(...(await growth({ kind, phases, goal }, context)));
    return {
      figures,
      notes: [
        'The first fifth pays for the compiling of the code; what is compared with the second fifth does not.',
        'CPU is that of the process; the server of Redis is another one.',
      ],
    };
  },
};

interface Size {
  readonly kind: BackendKind;
  readonly phases: number;
  readonly goal: number;
}

async function growth({ kind, phases, goal }: Size, { samples, scratch, progress }: BenchContext): Promise<Figure[]> {
  const size = `${kind}, ${phases.toLocaleString('en')} phases`;
  const wall: number[][] = [];
  const cpu: (readonly number[])[] = [];
  for (let sample = 1; sample <= samples; sample++) {
    progress(`${size}, sample ${sample} of ${samples}`);
    const { answer } = await takeSample<ChainAnswer>({ args: [chainProgram, String(phases), scratch('disk'), kind] });
    expectWork('chain', answer.completed, phases);
    wall.push(fifths(answer.intervalsMs));
    cpu.push(answer.fifthsCpuMs);
  }
  const ratios = (values: readonly (readonly number[])[], over: number): number[] =>
    values.map((it) => it[4]! / it[over]!);
  const figure = (name: string, values: readonly number[], limit?: number): Figure => ({
    name: `${size}: ${name}`,
    value: median(values),
    unit: 'x',
    ...(limit === undefined ? {} : { goal: limit }),
    raw: { ratios: values },
  });
  return [
    figure('CPU, last fifth ÷ first', ratios(cpu, 0), goal),
    figure('time, last fifth ÷ first', ratios(wall, 0), goal),
    figure('CPU, last fifth ÷ second', ratios(cpu, 1)),
    figure('time, last fifth ÷ second', ratios(wall, 1)),
  ];
}

function fifths(intervals: readonly number[]): number[] {
  const length = Math.ceil(intervals.length / 5);
  return [0, 1, 2, 3, 4].map((fifth) => sum(intervals.slice(fifth * length, (fifth + 1) * length)));
}
