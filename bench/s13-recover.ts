import { closeSync, cpSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { takeSample } from './harness/sample.ts';
import type { Sample } from './harness/sample.ts';
import { median, medianRatio } from './harness/statistics.ts';
import { prepareKilledRun } from './programs/prepare-killed-run.ts';
import type { TakeUpAnswer } from './programs/take-up.ts';

const program = join(import.meta.dirname, 'programs', 'take-up.ts');

export const s13: Benchmark = {
  id: 's13',
  title: 'recover a run after kill -9: from the call to the first new phase; whole process ÷ a cold start',
  durability: 'the taking of the run and the start of the phase are flushed before the phase begins',
  async run(context) {
    const sizes = context.quick
      ? [[1_000, 30]]
      : [
          [1_000, 30],
          [10_000, 100],
        ];
    const figures: Figure[] = [];
    for (const [finished, goal] of sizes as [number, number][])
      figures.push(...(await recover(finished, goal, context)));
    return {
      figures,
      notes: ['A cold start begins a new run of the same workflow. Both processes end when their first phase begins.'],
    };
  },
};

/** The run flushed its files when it wrote them; a copy that is still on its way to the disk would be flushed at our cost. */
function copyFlushed(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = openSync(join(entry.parentPath, entry.name), 'r');
    fsyncSync(file);
    closeSync(file);
  }
}

type Taken = Sample<TakeUpAnswer>;

async function recover(
  finished: number,
  goal: number,
  { samples, scratch, progress }: BenchContext,
): Promise<Figure[]> {
  progress(`a run with ${finished} finished phases, killed`);
  const killed = await prepareKilledRun(finished, scratch('disk'));
  const sample = async (call: 'execute' | 'recover', from: string | undefined): Promise<Taken> => {
    const state = scratch('disk');
    if (from !== undefined) copyFlushed(from, state);
    const taken = await takeSample<TakeUpAnswer>({ args: [program, call, String(finished), state] });
    expectWork('first phase to begin', taken.answer.phase, from === undefined ? 0 : finished);
    return taken;
  };
  const [cold, recovered, known]: [Taken[], Taken[], Taken[]] = [[], [], []];
  for (let number = 1; number <= samples; number++) {
    progress(`${finished} finished phases, sample ${number} of ${samples}`);
    cold.push(await sample('execute', undefined));
    recovered.push(await sample('recover', killed));
    known.push(await sample('execute', killed));
  }
  return figuresOf(`${finished.toLocaleString('en')} finished`, goal, { cold, recovered, known });
}

type Samples = Readonly<Record<'cold' | 'recovered' | 'known', readonly Taken[]>>;

function figuresOf(size: string, goal: number, { cold, recovered, known }: Samples): Figure[] {
  const time = (name: string, raw: readonly number[]): Figure => ({
    name: `${size}: ${name}`,
    value: median(raw),
    unit: 'ms',
    raw: { ms: raw },
  });
  const ratio = (name: string, of: (taken: Taken) => number): Figure => {
    const raw = { recovered: recovered.map(of), cold: cold.map(of) };
    return { name: `${size}: ${name} ÷ cold start`, value: medianRatio(raw.recovered, raw.cold), unit: 'x', raw };
  };
  return [
    {
      ...time(
        'call to first new phase',
        recovered.map(({ answer }) => answer.callMs),
      ),
      goal,
    },
    time(
      'the same in CPU time',
      recovered.map(({ answer }) => answer.callCpuMs),
    ),
    time(
      'call to first new phase by execute with a known run id',
      known.map(({ answer }) => answer.callMs),
    ),
    { ...ratio('CPU of the process', ({ cpuMs }) => cpuMs), goal: 1.5 },
    ratio('time of the process', ({ wallMs }) => wallMs),
  ];
}
