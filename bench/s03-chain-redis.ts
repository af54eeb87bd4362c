import type { Benchmark, Figure } from './harness/benchmark.ts';
import { chainPhases, countChainFlushes, ratioFigure, sampleChain, timeFigures } from './harness/chain.ts';

export const s3: Benchmark = {
  id: 's3',
  title: 'chain of 1,000 function phases, Redis, flush each; floor: one EVALSHA that appends 200 bytes',
  durability: 'appendonly yes and appendfsync always, on one server of this machine for orch and the floor alike',
  run: async (context) => {
    const samples = await sampleChain('redis', context);
    const { orchMs, lateMs, floorMs } = samples;
    const { count, by } = await countChainFlushes('redis', context);
    const flushes: Figure = {
      name: 'flushes of the server a phase',
      value: count / chainPhases,
      unit: 'flushes',
      raw: { flushes: [count] },
    };
    return {
      figures: [
        { ...ratioFigure('p50 of a phase ÷ floor', orchMs, floorMs), goal: 1.7 },
        ...(by === 'strace' ? [flushes] : []),
        ratioFigure('p50 of the last fifth, when the code is compiled, ÷ floor', lateMs, floorMs),
        ...timeFigures(samples),
      ],
      notes: [
        'Fifty phases and fifty calls of the floor take turns; both use one client library.',
        by === 'strace'
          ? 'Flushes counted by strace, in a run without the floor.'
          : 'Flushes were not counted: the server makes them, which only strace sees.',
      ],
    };
  },
};
