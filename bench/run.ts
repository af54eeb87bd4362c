// Measures what orch costs, as ratios to floors measured in the same run. See README.md.
// Run: npm run bench -- [s1 s7 …] [--quick] [--samples N] [--workloads DIR] [--compare FILE]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.ts';
import { expectGoals, isMet } from './harness/benchmark.ts';
import type { BenchContext, BenchOptions, Benchmark } from './harness/benchmark.ts';
import { compareResults, describeComparison } from './harness/compare.ts';
import { describeFigure } from './harness/figures.ts';
import { describeMachine, memoryFolder } from './harness/machine.ts';
import { readResults, writeResults } from './harness/results.ts';
import type { Result, Results } from './harness/results.ts';

// What is set for the caller's own runs must not reach those that are measured.
for (const name of Object.keys(process.env)) if (name.startsWith('ORCH_')) delete process.env[name];

const wrongUsage = 2;
const request = readRequest();
if (typeof request === 'string') {
  console.error(request);
  process.exitCode = wrongUsage;
} else {
  const { chosen, options, earlier } = request;
  const results = await runAll(chosen, options);
  if (earlier !== undefined) console.log(`\n${describeComparison(compareResults(earlier, results), earlier)}`);
}

interface Request {
  readonly chosen: readonly Benchmark[];
  readonly options: BenchOptions;
  /** To compare with. */
  readonly earlier: Results | undefined;
}

/** What is asked for, or what is wrong with it: before anything is measured. */
function readRequest(): Request | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        samples: { type: 'string' },
        workloads: { type: 'string' },
        compare: { type: 'string' },
      },
    });
    const unknown = positionals.filter((id) => !benchmarks.some((it) => it.id === id));
    if (unknown.length > 0)
      return `There is no ${unknown.join(', ')}. There are: ${benchmarks.map(({ id }) => id).join(', ')}.`;
    const { quick, workloads, compare } = values;
    const samples = Number(values.samples ?? (quick ? 1 : 5));
    if (!Number.isSafeInteger(samples) || samples < 1) return `--samples ${values.samples}: it is a number from 1 on.`;
    return {
      chosen: benchmarks.filter(({ id }) => positionals.length === 0 || positionals.includes(id)),
      options: { quick, samples, workloads },
      earlier: compare === undefined ? undefined : readResults(compare),
    };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runAll(chosen: readonly Benchmark[], options: BenchOptions): Promise<Results> {
  const { quick, samples } = options;
  const machine = describeMachine();
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join(' · '),
  );
  console.log(`medians of ${samples}${quick ? ', quick: less work, these figures prove nothing' : ''}\n`);
  const results: Result[] = [];
  for (const benchmark of chosen) results.push(await runOne(benchmark, options));
  const verdicts = results.flatMap(({ figures }) => figures.map(isMet));
  console.log(
    `${verdicts.filter((it) => it === true).length} goals met, ${verdicts.filter((it) => it === false).length} missed`,
  );
  const written: Results = { at: new Date().toISOString(), machine, quick, samples, results };
  console.log(`written to ${writeResults(written)}`);
  return written;
}

async function runOne({ id, title, durability, run }: Benchmark, options: BenchOptions): Promise<Result> {
  console.log(`${id}  ${title}\n    durability: ${durability}`);
  const measured = await withScratch((scratch) =>
    run({ ...options, scratch, progress: (text) => process.stderr.write(`    … ${id}: ${text}\n`) }),
  );
  expectGoals(id, measured);
  for (const figure of measured.figures) console.log(`    ${describeFigure(figure)}`);
  for (const note of measured.notes ?? []) console.log(`    (${note})`);
  console.log('');
  return { id, title, durability, ...measured };
}

async function withScratch<Value>(use: (scratch: BenchContext['scratch']) => Promise<Value>): Promise<Value> {
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
