import { join } from 'node:path';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { ratioFigure } from './harness/figures.ts';
import { orch, writePlan } from './harness/orch.ts';
import { repeatNode } from './harness/repeat.ts';
import type { Repeated } from './harness/repeat.ts';
import { runNode, takeSample } from './harness/sample.ts';
import type { LayersAnswer } from './programs/layers.ts';

const floor = join(import.meta.dirname, 'programs', 'commands-floor.mjs');
const layers = join(import.meta.dirname, 'programs', 'layers.ts');

/** The id of the workflow that `programs/layers.ts` runs: the runs in the full folder are of the same workflow. */
const workflow = 'layers';

export const s10: Benchmark = {
  id: 's10',
  title: '`orch execute` of one `true` ÷ a Node program that spawns one; `orch --help` ÷ `node -e 0`',
  durability:
    'orch: fdatasync before the command starts and before it counts as completed, on disk; the floors store nothing',
  async run(context) {
    const runs = context.quick ? 20 : 200;
    return {
      figures: [
        ...(await compareExecute('execute, empty state folder', { context, runs: 0, goal: 1.8 })),
        ...(await compareExecute(`execute, ${runs} runs in the state folder`, { context, runs })),
        ...(await compareHelp(context)),
      ],
      notes: [
        'CPU of the whole tree, start of Node included; a sample is the mean of 20 processes (4 with --quick).',
        'The code of orch is in the compile cache of Node, as from its second start on.',
      ],
    };
  },
};

interface ExecuteCase {
  readonly context: BenchContext;
  /** In the state folder. */
  readonly runs: number;
  readonly goal?: number;
}

async function compareExecute(name: string, { context, runs, goal }: ExecuteCase): Promise<Figure[]> {
  const folder = context.scratch('disk');
  const plan = { workflow_id: workflow, phases: [{ name: 'one', command: 'true', depends_on: [] }] };
  writePlan(folder, plan);
  const full = join(folder, 'full');
  if (runs > 0) {
    const { answer } = await takeSample<LayersAnswer>({ args: [layers, '1', String(runs), '0', full, 'json'] });
    expectWork('runs', answer.completed, runs);
  }
  let executed = 0;
  const stateDir = (): string => (runs > 0 ? full : join(folder, `empty-${executed}`));
  const execute = (): readonly string[] => {
    executed++;
    return [...orch, 'execute', 'plan.json', '--output', 'none', '--state-dir', stateDir()];
  };
  const figures = await sampleInTurn(name, { context, folder, goal, over: execute, under: [floor, '1', '1', 'true'] });
  await expectCompleted(folder, runs > 0 ? { [full]: runs + executed } : { [stateDir()]: 1 });
  return figures;
}

async function expectCompleted(cwd: string, wanted: Readonly<Record<string, number>>): Promise<void> {
  for (const [state, count] of Object.entries(wanted)) {
    const args = [...orch, 'list', '--status', 'completed', '--json', '--state-dir', state];
    const listed = JSON.parse(await runNode(args, { cwd, env: process.env })) as unknown[];
    expectWork(`runs in ${state}`, listed.length, count);
  }
}

async function compareHelp(context: BenchContext): Promise<Figure[]> {
  const folder = context.scratch('disk');
  const help = await runNode([...orch, '--help'], { cwd: folder, env: process.env });
  expectWork('names of commands in the help', Number(help.includes('execute') && help.includes('recover')), 1);
  const over = (): readonly string[] => [...orch, '--help'];
  return sampleInTurn('--help', { context, folder, goal: 1.2, over, under: ['-e', '0'] });
}

interface InTurn {
  readonly context: BenchContext;
  readonly folder: string;
  readonly goal: number | undefined;
  readonly over: () => readonly string[];
  readonly under: readonly string[];
}

async function sampleInTurn(name: string, { context, folder, goal, over, under }: InTurn): Promise<Figure[]> {
  const { samples, quick, progress } = context;
  const times = quick ? 4 : 20;
  // Once each untimed: files are read, and the code gets into the compile cache.
  for (const args of [over, () => under]) repeatNode(args, { times: 1, cwd: folder });
  const taken: { over: Repeated[]; under: Repeated[] } = { over: [], under: [] };
  for (let sample = 1; sample <= samples; sample++) {
    progress(`${name}, sample ${sample} of ${samples}`);
    taken.under.push(repeatNode(() => under, { times, cwd: folder }));
    taken.over.push(repeatNode(over, { times, cwd: folder }));
  }
  const figure = (what: string, of: keyof Repeated, limit?: number): Figure =>
    ratioFigure(`${name}: ${what}`, {
      over: taken.over.map((it) => it[of]),
      under: taken.under.map((it) => it[of]),
      goal: limit,
    });
  return [figure('CPU', 'cpuMs', goal), figure('time', 'wallMs')];
}
