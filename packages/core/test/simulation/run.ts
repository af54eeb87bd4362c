import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import type { Figures } from './world.ts';

// node packages/core/test/simulation/run.ts --seeds 100000 [--first 1] [--trace]
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    first: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
  },
});
const first = Number(values.first);
const total: Partial<Record<keyof Figures, number>> = {};
let broken = 0;
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const { violation, figures, trace } = await simulate(seed);
  for (const [key, count] of Object.entries(figures) as [keyof Figures, number][])
    total[key] = (total[key] ?? 0) + count;
  if (values.trace) process.stdout.write(`${trace.join('\n')}\n`);
  if (violation === undefined) continue;
  broken++;
  process.stdout.write(`seed ${seed}, step ${figures.steps}: ${violation}\n`);
}
process.stdout.write(`${values.seeds} seeds, ${broken} broken: ${JSON.stringify(total)}\n`);
process.exitCode = broken > 0 ? 1 : 0;
