import { join } from 'node:path';
import type { Benchmark } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { countFlushes } from './harness/flushes.ts';
import { takeSample } from './harness/sample.ts';
import { median, medianRatio } from './harness/statistics.ts';
import type { AppendAnswer } from './programs/append-floor.ts';
import type { ChainAnswer } from './programs/chain.ts';

const programs = join(import.meta.dirname, 'programs');
const phases = 1_000;

export const s1: Benchmark = {
  id: 's1',
  title: 'chain of 1,000 function phases, JSON, flush each; floor: append of 200 bytes and fdatasync',
  durability: 'fdatasync before each phase counts as completed; the floor flushes as often, on the same file system',
  async run({ samples, scratch, progress }) {
    const raw: Record<'orch' | 'floor' | 'floorAsync', number[]> = { orch: [], floor: [], floorAsync: [] };
    for (let sample = 1; sample <= samples; sample++) {
      progress(`sample ${sample} of ${samples}`);
      const floor = await takeSample<AppendAnswer>({
        args: [join(programs, 'append-floor.ts'), String(phases), scratch('disk')],
      });
      const orch = await takeSample<ChainAnswer>({
        args: [join(programs, 'chain.ts'), String(phases), scratch('disk')],
      });
      expectWork('chain', orch.answer.completed, phases);
      raw.orch.push(median(orch.answer.intervalsMs));
      raw.floor.push(median(floor.answer.syncMs));
      raw.floorAsync.push(median(floor.answer.asyncMs));
    }
    progress('counting flushes');
    const { count, by } = await countFlushes([join(programs, 'chain.ts'), String(phases), scratch('disk')]);
    return {
      figures: [
        {
          name: 'p50 of a phase ÷ floor',
          value: medianRatio(raw.orch, raw.floor),
          unit: 'x',
          goal: 1.5,
          raw: { orchMs: raw.orch, floorMs: raw.floor },
        },
        { name: 'flushes a phase', value: count / phases, unit: 'flushes', goal: 1.05, raw: { flushes: [count] } },
        {
          name: 'p50 of a phase ÷ floor that flushes in the thread pool',
          value: medianRatio(raw.orch, raw.floorAsync),
          unit: 'x',
          raw: { orchMs: raw.orch, floorMs: raw.floorAsync },
        },
      ],
      notes: [
        `Both flush in the calling thread, as the JSON backend does while one run alone appends. Flushes counted by ${by}.`,
      ],
    };
  },
};
