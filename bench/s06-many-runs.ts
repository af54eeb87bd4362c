import { join } from 'node:path';
import { backendKinds } from '../scripts/trial/backend-kind.ts';
import type { BackendKind } from '../scripts/trial/backend-kind.ts';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { medianFigure, ratioFigure } from './harness/figures.ts';
import { countFlushes } from './harness/flushes.ts';
import { takeSample } from './harness/sample.ts';
import { sum } from './harness/statistics.ts';
import type { ManyRunsAnswer } from './programs/many-runs.ts';

const program = join(import.meta.dirname, 'programs', 'many-runs.ts');

/** OpenWorkflow on SQLite, the best of those that were measured, beside a floor of so many commits a second. */
const peer = { floor: 2_493, chains: 529, fan: 764 };

interface Shape {
  readonly id: 'chains' | 'fan';
  readonly name: string;
  readonly phases: number;
  /** Flushes a phase on SQLite, at most. */
  readonly flushes: number;
}

const shapes: readonly Shape[] = [
  { id: 'chains', name: '200 runs of 5 phases', phases: 1_000, flushes: 0.2 },
  { id: 'fan', name: 'fan-out of 1,000 and a join', phases: 1_001, flushes: 0.1 },
];

export const s6: Benchmark = {
  id: 's6',
  title:
    'many phases at once: 200 runs of 5 in a chain, and 1,000 in one run with a join; floor: one commit after another',
  durability:
    'each phase is flushed before it counts as completed: SQLite WAL and synchronous=FULL, JSON fdatasync, Redis appendfsync always; the floor alike',
  async run(context) {
    const figures: Figure[] = [];
    for (const kind of backendKinds)
      for (const shape of shapes) figures.push(...(await manyAtOnce({ kind, shape }, context)));
    return {
      figures,
      notes: [
        `The goal is three times the best peer, which did ${peer.chains} and ${peer.fan} phases/s beside a floor of ${peer.floor} commits/s: a phase may take ${goalOf('chains')} and ${goalOf('fan')} times as long as a commit of the floor here. No peer was measured on JSON files or Redis.`,
        'The functions return at once and up to 1,000 phases of a run go on together, so that much ends in the same turn: group commit at its best.',
        'Time is from the first call to the last result, in a new process; the floor is measured before and after, in the same process. Compiled: the same again in that process.',
        'Flushes are those of the whole process, opening and closing among them, and of the server, in a run without the floor.',
        'Each sample has counted the calls of the functions and the phases that are stored as completed.',
      ],
    };
  },
};

interface Case {
  readonly kind: BackendKind;
  readonly shape: Shape;
}

/** Medians are made of these, one of each sample. */
interface Rates {
  readonly phaseMs: readonly number[];
  readonly compiledMs: readonly number[];
  readonly cpuMs: readonly number[];
  readonly floorMs: readonly number[];
}

async function manyAtOnce({ kind, shape }: Case, context: BenchContext): Promise<Figure[]> {
  const { samples, scratch, progress } = context;
  const name = `${kind}, ${shape.name}`;
  const rates = { phaseMs: [] as number[], compiledMs: [] as number[], cpuMs: [] as number[], floorMs: [] as number[] };
  for (let sample = 1; sample <= samples; sample++) {
    progress(`${name}, sample ${sample} of ${samples}`);
    const { answer } = await takeSample<ManyRunsAnswer>({ args: [program, shape.id, scratch('disk'), kind, 'floor'] });
    const [first, second] = provenPasses(answer, { kind, shape });
    rates.phaseMs.push(first!.wallMs / shape.phases);
    rates.compiledMs.push(second!.wallMs / shape.phases);
    rates.cpuMs.push(first!.cpuMs / shape.phases);
    rates.floorMs.push(sum(answer.floorMs) / answer.floorMs.length);
  }
  progress(`${name}, counting flushes`);
  const { count, by } = await countFlushes([program, shape.id, scratch('disk'), kind]);
  const flushes: Figure = {
    name: `${name}: flushes a phase`,
    value: count / shape.phases,
    unit: 'flushes',
    ...(kind === 'sqlite' ? { goal: shape.flushes } : {}),
    raw: { flushes: [count] },
  };
  // What flushes outside of Node is seen by strace alone.
  return [...rateFigures(name, { kind, shape }, rates), ...(by === 'strace' || kind === 'json' ? [flushes] : [])];
}

function provenPasses({ passes, floorMs }: ManyRunsAnswer, { kind, shape }: Case): ManyRunsAnswer['passes'] {
  expectWork('passes', passes.length, 2);
  for (const { called, stored } of passes) {
    expectWork(`functions of phases on ${kind}`, called, shape.phases);
    expectWork(`phases stored on ${kind}`, stored, shape.phases);
  }
  if (floorMs.length === 0) throw new Error('The floor was not measured.');
  return passes;
}

function rateFigures(name: string, { kind, shape }: Case, { phaseMs, compiledMs, cpuMs, floorMs }: Rates): Figure[] {
  const perSecond = (what: string, ms: readonly number[]): Figure =>
    medianFigure(`${name}: ${what}`, { of: ms.map((one) => 1_000 / one), unit: '/s' });
  const ofPeer = phaseMs.map((one, index) => floorMs[index]! / one / (peer[shape.id] / peer.floor));
  return [
    ratioFigure(`${name}: time a phase ÷ commit of the floor`, {
      over: phaseMs,
      under: floorMs,
      goal: kind === 'sqlite' ? goalOf(shape.id) : undefined,
    }),
    ratioFigure(`${name}: the same, when the code is compiled`, { over: compiledMs, under: floorMs }),
    perSecond('phases', phaseMs),
    perSecond('commits of the floor', floorMs),
    ...(kind === 'sqlite'
      ? [medianFigure(`${name}: times the best peer, by its floor`, { of: ofPeer, unit: 'x' })]
      : []),
    medianFigure(`${name}: CPU a phase`, { of: cpuMs, unit: 'ms' }),
  ];
}

function goalOf(id: Shape['id']): number {
  return Number((peer.floor / (3 * peer[id])).toFixed(2));
}
