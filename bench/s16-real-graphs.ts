import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { layers } from '../packages/testkit/src/graphs.ts';
import type { TrialWorkload } from '../scripts/trial/trial-workload.ts';
import { ownWorkload } from '../scripts/trial/own-workload.ts';
import { pythonWorkload } from '../scripts/trial/python-workload.ts';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { medianFigure, ratioFigure } from './harness/figures.ts';
import { flushesFigure } from './harness/flushes.ts';
import { executePlan } from './harness/orch.ts';
import { runNode, takeSample } from './harness/sample.ts';

const floor = join(import.meta.dirname, 'programs', 'plan-floor.mjs');
const lanes = 8;
/** Of real graphs only. */
const goalOfReal = 1.15;
const options: readonly string[] = ['--concurrency', String(lanes), '--output', 'none'];

export const s16: Benchmark = {
  id: 's16',
  title: `real graphs, ${lanes} lanes: time of orch ÷ of the same plan without any persistence`,
  durability:
    'orch: fdatasync before each command starts and before it counts as completed, on disk; the floor stores nothing',
  async run(context) {
    if (context.workloads === undefined) return runStandIn(context);
    const folder = resolve(context.workloads);
    if (!existsSync(join(folder, 'workload.py'))) throw new Error(`There is no workload.py in ${folder}.`);
    const graphs = context.quick ? ['montage-2mass-01d'] : ['montage-2mass-05d', 'seismology-1000p', 'nextflow-rnaseq'];
    const figures: Figure[] = [];
    const notes: string[] = [];
    for (const graph of graphs) {
      using workload = pythonWorkload({ folder, graph });
      const baseline = (made: string): Promise<number> => pythonBaseline(folder, made);
      const compared = await compare({ workload, baseline, goal: goalOfReal }, context);
      figures.push(...compared.figures);
      notes.push(compared.note);
    }
    return {
      figures,
      notes: [
        ...notes,
        'Time of the process of orch, its start included; of the floor (`workload.py baseline`) from its first command on.',
        'A stand-in sleeps, and needs about 10 ms of CPU.',
      ],
    };
  },
};

/** A stand-in for the real graphs, where nobody said where they are. */
async function runStandIn(context: BenchContext): ReturnType<Benchmark['run']> {
  const graph = layers(20, context.quick ? 3 : 25);
  using workload = ownWorkload(graph, { phaseMs: 50 });
  const baseline = (made: string): Promise<number> => ownBaseline(made, graph.phases.length);
  const { figures, note } = await compare({ workload, baseline }, context);
  return {
    figures,
    isStandIn: true,
    notes: [
      note,
      'NOT the real graphs, so there is no goal: without --workloads DIR (a folder with workload.py and its graphs) layers of our own stand in.',
      'Time of the whole process on both sides; the floor is a Node program that starts the same commands in the same order.',
    ],
  };
}

interface Compared {
  readonly workload: TrialWorkload;
  /** Runs a workload without persistence, answers with milliseconds. */
  readonly baseline: (made: string) => Promise<number>;
  /** Of the time; absent: none. */
  readonly goal?: number;
}

async function compare(
  { workload, baseline, goal }: Compared,
  { samples, progress }: BenchContext,
): Promise<{ readonly figures: Figure[]; readonly note: string }> {
  const [orchMs, floorMs]: [number[], number[]] = [[], []];
  let phases = 0;
  for (let sample = 1; sample <= samples; sample++) {
    progress(`${workload.name}, sample ${sample} of ${samples}`);
    floorMs.push(await baseline(workload.prepare()));
    const made = workload.prepare();
    const { usage, completed } = await executePlan(made, options);
    const { right, clean, faults } = workload.check(made);
    if (!right || !clean) throw new Error(`${workload.name} was not run as it should be: ${faults.join('; ')}`);
    phases = workload.readSteps(made).starts.length;
    expectWork(workload.name, completed, phases);
    orchMs.push(usage.wallMs);
  }
  const name = `${workload.name}, ${phases.toLocaleString('en')} phases`;
  progress(`${workload.name}, counting flushes`);
  const { figure, note } = await flushesFigure(name, { folder: workload.prepare(), phases, options });
  const figures = [
    ratioFigure(`${name}: time`, { over: orchMs, under: floorMs, goal }),
    medianFigure(`${name}: what orch adds, a phase`, {
      of: orchMs.map((ms, index) => (ms - floorMs[index]!) / phases),
      unit: 'ms',
    }),
    medianFigure(`${name}: time of the floor`, { of: floorMs, unit: 'ms' }),
    figure,
  ];
  return { figures, note };
}

async function pythonBaseline(folder: string, made: string): Promise<number> {
  const args = [join(folder, 'workload.py'), 'baseline', made, '--lanes', String(lanes)];
  const answer = await runNode(args, { env: process.env, file: 'python3' });
  const [, seconds] = /^([\d.]+) s with \d+ lanes; right$/m.exec(answer) ?? [];
  if (seconds === undefined) throw new Error(`workload.py baseline: ${answer}`);
  return Number(seconds) * 1000;
}

async function ownBaseline(made: string, phases: number): Promise<number> {
  const { answer, wallMs } = await takeSample<number>({ args: [floor, 'plan.json', String(lanes)], cwd: made });
  expectWork('floor', answer, phases);
  return wallMs;
}
