import { readdirSync, rmSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext, Benchmark } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { ratioFigure } from './harness/figures.ts';
import { executePlan, writePlan } from './harness/orch.ts';
import { takeSample } from './harness/sample.ts';
import type { Usage } from './harness/sample.ts';

const floor = join(import.meta.dirname, 'programs', 'output-floor.mjs');
const [some, much] = [200e6, 2e9];

export const s12: Benchmark = {
  id: 's12',
  title: 'one command printing 200 MB, and 2 GB; floor: a Node program that hands a descriptor to the same command',
  durability:
    'orch: fdatasync of the journal before the command starts and before it counts as completed; output is flushed by neither',
  async run(context) {
    const { samples, quick, progress } = context;
    const used = { floor: [] as Usage[], orch: [] as Usage[], muchFloor: [] as Usage[], muchOrch: [] as Usage[] };
    for (let sample = 1; sample <= samples; sample++) {
      progress(`200 MB, sample ${sample} of ${samples}`);
      used.floor.push(await sampleFloor(some, context));
      used.orch.push(await sampleOrch(some, context));
      if (quick) continue;
      progress(`2 GB, sample ${sample} of ${samples}`);
      used.muchFloor.push(await sampleFloor(much, context));
      used.muchOrch.push(await sampleOrch(much, context));
    }
    const of = (name: keyof typeof used, field: keyof Usage): number[] => used[name].map((it) => it[field]);
    const figures = [
      ratioFigure('200 MB: CPU', { over: of('orch', 'cpuMs'), under: of('floor', 'cpuMs'), goal: 1.3 }),
      ratioFigure('200 MB: memory', { over: of('orch', 'memoryMiB'), under: of('floor', 'memoryMiB'), goal: 1.2 }),
      ratioFigure('200 MB: time', { over: of('orch', 'wallMs'), under: of('floor', 'wallMs') }),
    ];
    const large = [
      { name: '2 GB: CPU', over: of('muchOrch', 'cpuMs'), under: of('muchFloor', 'cpuMs'), goal: 1.3 },
      { name: '2 GB: memory', over: of('muchOrch', 'memoryMiB'), under: of('muchFloor', 'memoryMiB'), goal: 1.2 },
      {
        name: 'memory of orch at 2 GB ÷ at 200 MB',
        over: of('muchOrch', 'memoryMiB'),
        under: of('orch', 'memoryMiB'),
        goal: 1.05,
      },
    ];
    if (!quick) figures.push(...large.map(({ name, ...rest }) => ratioFigure(name, rest)));
    return {
      figures,
      notes: ['CPU of the whole tree, start of Node included; memory of the Node process at its peak.'],
    };
  },
};

/** As a plain command, so that neither side starts a second shell. */
const printing = (bytes: number): string => `head -c ${bytes} /dev/zero`;

async function sampleFloor(bytes: number, context: BenchContext): Promise<Usage> {
  return withRoom(bytes, context, async (folder) => {
    const log = join(folder, 'log');
    const usage = await takeSample({ args: [floor, printing(bytes), log], cwd: folder });
    expectWork('bytes in the log of the floor', statSync(log).size, bytes);
    return usage;
  });
}

async function sampleOrch(bytes: number, context: BenchContext): Promise<Usage> {
  return withRoom(bytes, context, async (folder) => {
    writePlan(folder, { workflow_id: 'output', phases: [{ name: 'print', command: printing(bytes), depends_on: [] }] });
    // As it is where stderr is no terminal.
    const { usage, completed } = await executePlan(folder, ['--output', 'plain']);
    expectWork('commands', completed, 1);
    const attempts = join(folder, '.orch', 'runs', 'bench', 'attempts');
    const log = readdirSync(attempts).find((name) => name.endsWith('.log')) ?? 'no log';
    expectWork('bytes in the log of orch', statSync(join(attempts, log)).size, bytes);
    return usage;
  });
}

/** In a folder that is removed at once. */
async function withRoom(
  bytes: number,
  { scratch }: BenchContext,
  use: (folder: string) => Promise<Usage>,
): Promise<Usage> {
  const folder = scratch('disk');
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < 2 * bytes) throw new Error(`${folder}: no room for ${bytes / 1e6} MB of output.`);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
