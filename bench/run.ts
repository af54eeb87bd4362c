// Measures what orch costs, as ratios to floors measured in the same run. See README.md.
// Run: npm run bench -- [s1 s7 …] [--quick] [--samples N]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMet } from './harness/benchmark.ts';
import type { BenchContext, Benchmark, Figure, Measured } from './harness/benchmark.ts';
import { describeMachine, memoryFolder } from './harness/machine.ts';
import { s1 } from './s01-chain-json.ts';
import { s5 } from './s05-growth.ts';
import { s7 } from './s07-commands.ts';
import { s9 } from './s09-phases.ts';
import { s13 } from './s13-recover.ts';

const benchmarks: readonly Benchmark[] = [s1, s5, s7, s9, s13];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, samples: { type: 'string' } },
});
const unknown = positionals.filter((id) => !benchmarks.some((it) => it.id === id));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There are: ${benchmarks.map(({ id }) => id).join(', ')}.`);
  process.exitCode = 2;
} else {
  const chosen = benchmarks.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
  await runAll(chosen, { quick: values.quick, samples: Number(values.samples ?? (values.quick ? 1 : 5)) });
}

async function runAll(
  chosen: readonly Benchmark[],
  { quick, samples }: Pick<BenchContext, 'quick' | 'samples'>,
): Promise<void> {
  const machine = describeMachine();
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(' · '),
  );
  console.log(`medians of ${samples}${quick ? ', quick: less work, these figures prove nothing' : ''}\n`);
  const results: (Measured & Pick<Benchmark, 'id' | 'title' | 'durability'>)[] = [];
  for (const { id, title, durability, run } of chosen) {
    console.log(`${id}  ${title}\n    durability: ${durability}`);
    const measured = await withScratch((scratch) =>
      run({ quick, samples, scratch, progress: (text) => process.stderr.write(`    … ${id}: ${text}\n`) }),
    );
    for (const figure of measured.figures) console.log(`    ${describe(figure)}`);
    for (const note of measured.notes ?? []) console.log(`    (${note})`);
    console.log('');
    results.push({ id, title, durability, ...measured });
  }
  const verdicts = results.flatMap(({ figures }) => figures.map(isMet));
  console.log(
    `${verdicts.filter((it) => it === true).length} goals met, ${verdicts.filter((it) => it === false).length} missed`,
  );
  console.log(`written to ${write({ at: new Date().toISOString(), machine, quick, samples, results })}`);
}

async function withScratch<Result>(use: (scratch: BenchContext['scratch']) => Promise<Result>): Promise<Result> {
  const made: string[] = [];
  const scratch: BenchContext['scratch'] = (where) => {
    const folder = mkdtempSync(join(where === 'disk' ? tmpdir() : memoryFolder, 'orch-bench-'));
    made.push(folder);
    return folder;
  };
  try {
    return await use(scratch);
  } finally {
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  }
}

function describe(figure: Figure): string {
  const { name, value, unit, goal } = figure;
  const digits = unit === 'flushes' || value < 1 ? 3 : unit === 'ms' && value >= 10 ? 0 : 2;
  const shown = `${value.toFixed(digits)} ${unit}`;
  if (goal === undefined) return `${shown.padStart(14)}            ${name}`;
  return `${shown.padStart(14)}  ${isMet(figure) === true ? 'met   ' : 'MISSED'}  ${name}, goal ≤ ${goal}`;
}

function write(result: { readonly at: string; readonly [field: string]: unknown }): string {
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${result.at.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  return file;
}
