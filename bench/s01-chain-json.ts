import type { Benchmark } from './harness/benchmark.ts';
import { chainPhases, countChainFlushes, ratioFigure, sampleChain, timeFigures } from './harness/chain.ts';

export const s1: Benchmark = {
  id: 's1',
  title: 'chain of 1,000 function phases, JSON, flush each; floor: append of 200 bytes and fdatasync',
  durability: 'fdatasync before each phase counts as completed; the floor flushes as often, on the same file system',
  run: async (context) => {
    const samples = await sampleChain('json', context);
    const { orchMs, lateMs, floorMs, poolMs } = samples;
    const { count, by } = await countChainFlushes('json', context);
    return {
      figures: [
        { ...ratioFigure('p50 of a phase ÷ floor', orchMs, floorMs), goal: 1.5 },
        { name: 'flushes a phase', value: count / chainPhases, unit: 'flushes', goal: 1.05, raw: { flushes: [count] } },
        ratioFigure('p50 of the last fifth, when the code is compiled, ÷ floor', lateMs, floorMs),
        ratioFigure('p50 of a phase ÷ floor that flushes in the thread pool', orchMs, poolMs),
        ...timeFigures(samples),
      ],
      notes: [
        'Both flush in the calling thread, as the JSON backend does while one run alone appends; fifty phases and fifty flushes of the floor take turns.',
        `Flushes counted by ${by}, in a run without the floor.`,
      ],
    };
  },
};
