import { join } from 'node:path';
import type { Benchmark } from './harness/benchmark.ts';
import { medianFigure } from './harness/figures.ts';
import { takeSample } from './harness/sample.ts';
import type { LiveViewAnswer } from './programs/live-view.ts';

const program = join(import.meta.dirname, 'programs', 'live-view.ts');
/** The view repaints at most ten times a second, and this often where something changes that often. */
const leastRepaints = 8;

export const s17: Benchmark = {
  id: 's17',
  title:
    'the live view of 1,000 phases, half of them running, repainted ten times a second; floor: the same without it',
  durability: 'no journal: what is shown is told to the view directly',
  async run({ samples, quick, scratch, progress }) {
    const seconds = quick ? 2 : 10;
    const shares: number[] = [];
    const raw: Record<'view' | 'none', number[]> = { view: [], none: [] };
    for (let sample = 1; sample <= samples; sample++) {
      progress(`sample ${sample} of ${samples}`);
      const measure = async (who: 'view' | 'none'): Promise<LiveViewAnswer> => {
        const { answer } = await takeSample<LiveViewAnswer>({
          args: [program, String(seconds), scratch('memory'), who],
        });
        raw[who].push(answer.cpuMs);
        return answer;
      };
      const none = await measure('none');
      const view = await measure('view');
      if (view.repaints < leastRepaints * seconds || view.repaints > 10 * seconds + 1)
        throw new Error(`The view was painted ${view.repaints} times in ${seconds} s. Nothing was measured.`);
      shares.push((view.cpuMs - none.cpuMs) / view.wallMs);
    }
    return {
      figures: [{ ...medianFigure('CPU of the view ÷ time: of one core', { of: shares, unit: 'x', goal: 0.02 }), raw }],
      notes: ['CPU with the view less CPU without it, while each phase that is shown prints ten lines a second.'],
    };
  },
};
