import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { chainProgram } from './harness/chain.ts';
import { takeSample } from './harness/sample.ts';
import type { ChainAnswer } from './programs/chain.ts';

export const s14: Benchmark = {
  id: 's14',
  title: 'bytes on disk a phase, once a chain of function phases is done: SQLite, and JSON beside it',
  durability: 'each phase is flushed before it counts as completed',
  async run({ quick, scratch, progress }) {
    const bytesOf = async (kind: 'sqlite' | 'json', phases: number): Promise<Figure> => {
      progress(`${phases} phases, ${kind}`);
      const folder = scratch('disk');
      const { answer } = await takeSample<ChainAnswer>({ args: [chainProgram, String(phases), folder, kind] });
      expectWork('chain', answer.completed, phases);
      const bytes = bytesIn(folder);
      return {
        name: `${kind}, ${phases.toLocaleString('en')} phases`,
        value: bytes / phases,
        unit: 'bytes',
        raw: { bytes: [bytes] },
      };
    };
    const figures: Figure[] = [];
    for (const phases of quick ? [1_000] : [1_000, 10_000])
      figures.push({ ...(await bytesOf('sqlite', phases)), goal: 300 }, await bytesOf('json', phases));
    return {
      figures,
      notes: ['All files of the state folder, with the plan of the chain in them, divided by its phases.'],
    };
  },
};

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
