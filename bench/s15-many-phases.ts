import { join } from 'node:path';
import { backendKinds } from '../scripts/trial/backend-kind.ts';
import type { BackendKind } from '../scripts/trial/backend-kind.ts';
import type { BenchContext, Benchmark, Figure, Place } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { medianFigure, ratioFigure } from './harness/figures.ts';
import { takeSample } from './harness/sample.ts';
import type { Sample } from './harness/sample.ts';
import type { ManyPhasesAnswer } from './programs/many-phases.ts';

const program = join(import.meta.dirname, 'programs', 'many-phases.ts');

/** A run so small that what its process uses is the process itself. */
const few = 10;

type Taken = Sample<ManyPhasesAnswer>;

export const s15: Benchmark = {
  id: 's15',
  title: '100,000 phases in one run on each backend (layers of functions)',
  durability:
    'each phase is flushed before it counts as completed, on the disk and in memory (tmpfs) alike; Redis: appendfsync always',
  async run(context) {
    const sizes = context.quick ? [1_000, 5_000, 10_000] : [10_000, 50_000, 100_000];
    const ends = [sizes[0]!, sizes.at(-1)!];
    const figures: Figure[] = [];
    for (const kind of backendKinds) {
      // The server of Redis has a place of its own, on the disk.
      if (kind !== 'redis')
        figures.push(...(await growth(`${kind}, state in memory`, { kind, context, where: 'memory', sizes })));
      const onDisk = { kind, context, where: 'disk', sizes: kind === 'redis' ? sizes : ends } as const;
      figures.push(...(await growth(`${kind}, state on disk`, onDisk)));
    }
    return {
      figures,
      notes: [
        'CPU from building the workflow to its result; the start of Node is left out, and so is the server of Redis.',
        `Memory over that of the same process with ${few} phases. Peaks have garbage in them, which Node collects when it sees fit; what is in use when the last phase begins has none.`,
        'The workflow belongs to the program of the caller: a process that only builds it is measured beside the others.',
      ],
    };
  },
};

interface GrowthCase {
  readonly kind: BackendKind;
  readonly context: BenchContext;
  readonly where: Place;
  /** From few to many. */
  readonly sizes: readonly number[];
}

interface Series {
  readonly phases: number;
  readonly taken: Taken[];
}

async function growth(name: string, { kind, context, where, sizes }: GrowthCase): Promise<Figure[]> {
  const { samples, scratch, progress } = context;
  const base: Series = { phases: few, taken: [] };
  const series: Series[] = sizes.map((phases) => ({ phases, taken: [] }));
  const [small, large] = [series[0]!, series.at(-1)!];
  const built: Series = { phases: large.phases, taken: [] };
  for (let sample = 1; sample <= samples; sample++) {
    for (const one of [base, ...series, built]) {
      progress(`${name}, ${one.phases} phases${one === built ? ', built only' : ''}, sample ${sample} of ${samples}`);
      const only = one === built ? ['build'] : [];
      const args = ['--expose-gc', program, String(one.phases), scratch(where), kind, ...only];
      const taken = await takeSample<ManyPhasesAnswer>({ args });
      expectWork('phases', taken.answer.done, one.phases);
      one.taken.push(taken);
    }
  }
  return [
    ...series
      .filter((one) => one !== small)
      .map((one) =>
        ratioFigure(`${name}: CPU per phase at ${shown(one)} ÷ at ${shown(small)}`, {
          over: cpuPerPhase(one),
          under: cpuPerPhase(small),
          goal: one === large ? 1.2 : undefined,
        }),
      ),
    medianFigure(`${name}, ${shown(large)} phases: CPU per phase`, { of: cpuPerPhase(large), unit: 'ms' }),
    ...memoryFigures(`${name}, ${shown(large)} phases`, { base, large, built }),
  ];
}

function memoryFigures(
  name: string,
  { base, large, built }: { readonly base: Series; readonly large: Series; readonly built: Series },
): Figure[] {
  const peakPerPhase = ({ phases, taken }: Series): number[] =>
    taken.map(({ memoryMiB }, index) => ((memoryMiB - base.taken[index]!.memoryMiB) * 2 ** 20) / phases);
  const heapPerPhase = (field: 'heapBytes' | 'definitionBytes'): number[] =>
    large.taken.map(({ answer }) => answer[field] / large.phases);
  const bytes = (what: string, of: readonly number[], goal?: number): Figure =>
    medianFigure(`${name}: ${what}, a phase`, { of, unit: 'bytes', goal });
  return [
    bytes('peak of memory over the base', peakPerPhase(large), 1_000),
    bytes('the same of a process that only builds the workflow', peakPerPhase(built)),
    bytes('heap in use at the last phase', heapPerPhase('heapBytes')),
    bytes('of it the workflow, before it runs', heapPerPhase('definitionBytes')),
  ];
}

function cpuPerPhase({ phases, taken }: Series): number[] {
  return taken.map(({ answer }) => answer.cpuMs / phases);
}

function shown({ phases }: Series): string {
  return phases.toLocaleString('en');
}
