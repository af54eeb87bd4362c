import { backendKinds } from '../scripts/trial/backend-kind.ts';
import type { BackendKind } from '../scripts/trial/backend-kind.ts';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { chainProgram } from './harness/chain.ts';
import { takeSample } from './harness/sample.ts';
import type { ChainAnswer } from './programs/chain.ts';

export const s14: Benchmark = {
  id: 's14',
  title: 'bytes a phase, once a chain of function phases is done: on disk, and in the memory of Redis',
  durability: 'each phase is flushed before it counts as completed',
  async run(context) {
    const figures: Figure[] = [];
    for (const kind of backendKinds)
      for (const phases of context.quick ? [1_000] : [1_000, 10_000])
        figures.push(...(await bytesOf(kind, phases, context)));
    return {
      figures,
      notes: [
        'All that is stored, with the plan of the chain in it, divided by its phases.',
        'On the disk of Redis: its append-only log as it was written, which a rewrite makes smaller; in its memory: used_memory with the run less that before it.',
      ],
    };
  },
};

async function bytesOf(kind: BackendKind, phases: number, { scratch, progress }: BenchContext): Promise<Figure[]> {
  const name = `${kind}, ${phases.toLocaleString('en')} phases`;
  progress(name);
  const args = [chainProgram, String(phases), scratch('disk'), kind];
  const { answer } = await takeSample<ChainAnswer>({ args });
  expectWork('chain', answer.completed, phases);
  const { disk, serverMemory } = answer.stored;
  const figure = (what: string, bytes: number): Figure => ({
    name: `${name}: ${what}`,
    value: bytes / phases,
    unit: 'bytes',
    raw: { bytes: [bytes] },
  });
  return [
    { ...figure('on disk', disk), ...(kind === 'sqlite' ? { goal: 300 } : {}) },
    ...(serverMemory === undefined ? [] : [figure('in memory of the server', serverMemory)]),
  ];
}
