import { join } from 'node:path';
import type { Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { countFlushes } from './harness/flushes.ts';
import { takeSample } from './harness/sample.ts';
import { median, medianRatio } from './harness/statistics.ts';
import type { ChainAnswer } from './programs/chain.ts';

const program = join(import.meta.dirname, 'programs', 'chain.ts');
const phases = 1_000;

export const s1: Benchmark = {
  id: 's1',
  title: 'chain of 1,000 function phases, JSON, flush each; floor: append of 200 bytes and fdatasync',
  durability: 'fdatasync before each phase counts as completed; the floor flushes as often, on the same file system',
  run: async ({ samples, scratch, progress }) => {
    const orchMs: number[] = [];
    const lateMs: number[] = [];
    const floorMs: number[] = [];
    const poolMs: number[] = [];
    for (let sample = 1; sample <= samples; sample++) {
      progress(`sample ${sample} of ${samples}`);
      const { answer } = await takeSample<ChainAnswer>({ args: [program, String(phases), scratch('disk'), 'floor'] });
      expectWork('chain', answer.completed, phases);
      expectWork('floor', answer.floorSyncMs.length, phases);
      orchMs.push(median(answer.intervalsMs));
      lateMs.push(median(answer.intervalsMs.slice(-phases / 5)));
      floorMs.push(median(answer.floorSyncMs));
      poolMs.push(median(answer.floorAsyncMs));
    }
    progress('counting flushes');
    const { count, by } = await countFlushes([program, String(phases), scratch('disk')]);
    const ratio = (name: string, over: readonly number[], floor: readonly number[]): Figure => ({
      name,
      value: medianRatio(over, floor),
      unit: 'x',
      raw: { orchMs: over, floorMs: floor },
    });
    return {
      figures: [
        { ...ratio('p50 of a phase ÷ floor', orchMs, floorMs), goal: 1.5 },
        { name: 'flushes a phase', value: count / phases, unit: 'flushes', goal: 1.05, raw: { flushes: [count] } },
        ratio('p50 of the last fifth, when the code is compiled, ÷ floor', lateMs, floorMs),
        ratio('p50 of a phase ÷ floor that flushes in the thread pool', orchMs, poolMs),
        { name: 'p50 of a phase', value: median(orchMs), unit: 'ms', raw: { orchMs } },
        { name: 'p50 of the floor', value: median(floorMs), unit: 'ms', raw: { floorMs } },
      ],
      notes: [
        'Both flush in the calling thread, as the JSON backend does while one run alone appends; fifty phases and fifty flushes of the floor take turns.',
        `Flushes counted by ${by}, in a run without the floor.`,
      ],
    };
  },
};
