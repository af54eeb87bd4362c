import type { Benchmark, Figure } from './harness/benchmark.ts';
import { chainPhases, countChainFlushes, ratioFigure, sampleChain, timeFigures } from './harness/chain.ts';

export const s2: Benchmark = {
  id: 's2',
  title: 'chain of 1,000 function phases, SQLite, flush each; floor: one INSERT of 200 bytes and COMMIT',
  durability: 'WAL and synchronous=FULL, for orch and the floor alike, in two files on the same file system',
  run: async (context) => {
    const samples = await sampleChain('sqlite', context);
    const { orchMs, lateMs, floorMs } = samples;
    const { count, by } = await countChainFlushes('sqlite', context);
    const flushes: Figure = {
      name: 'flushes a phase',
      value: count / chainPhases,
      unit: 'flushes',
      goal: 1.05,
      raw: { flushes: [count] },
    };
    return {
      figures: [
        { ...ratioFigure('p50 of a phase ÷ floor', orchMs, floorMs), goal: 1.6 },
        ...(by === 'strace' ? [flushes] : []),
        ratioFigure('p50 of the last fifth, when the code is compiled, ÷ floor', lateMs, floorMs),
        ...timeFigures(samples),
      ],
      notes: [
        'Fifty phases and fifty commits of the floor take turns; both use one driver, in the calling thread.',
        by === 'strace'
          ? 'Flushes counted by strace, in a run without the floor; those of checkpoints of the WAL are among them.'
          : 'Flushes were not counted: SQLite makes them itself, which only strace sees.',
      ],
    };
  },
};
