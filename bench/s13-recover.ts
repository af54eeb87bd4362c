import { join } from 'node:path';
import { backendKinds } from '../scripts/trial/backend-kind.ts';
import type { BackendKind } from '../scripts/trial/backend-kind.ts';
import type { BenchContext, Benchmark, Figure } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { makeKilledRun } from './harness/killed-run.ts';
import { newPageMicros } from './harness/new-page.ts';
import { takeSample } from './harness/sample.ts';
import type { Sample } from './harness/sample.ts';
import { median, medianRatio } from './harness/statistics.ts';
import type { TakeUpAnswer } from './programs/take-up.ts';

const program = join(import.meta.dirname, 'programs', 'take-up.ts');
const floor = join(import.meta.dirname, 'programs', 'journal-floor.mjs');

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
    for (const kind of backendKinds)
      for (const [finished, goal] of sizes as [number, number][])
        figures.push(...(await recover({ kind, finished, goal }, context)));
    return {
      figures,
      notes: [
        'A cold start begins a new run of the same workflow. Both processes end when their first phase begins.',
        'The goals are times, and machines differ: the plain program tells how fast this one was meanwhile.',
        'New pages are memory at its first touch, when the kernel hands it out: what one takes goes with the machine.',
        'Loading is what the import of the package of the backend takes; the driver of Redis is loaded there, that of SQLite within the call. It is part of both processes.',
      ],
    };
  },
};

type Taken = Sample<TakeUpAnswer>;

interface Size {
  readonly kind: BackendKind;
  /** Phases that are completed. */
  readonly finished: number;
  readonly goal: number;
}

async function recover(
  { kind, finished, goal }: Size,
  { samples, scratch, progress }: BenchContext,
): Promise<Figure[]> {
  const size = `${kind}, ${finished.toLocaleString('en')} finished`;
  progress(`${size}: a run is killed`);
  await using killed = await makeKilledRun({ kind, finished, scratch });
  const sample = async (call: 'execute' | 'recover', isKnown: boolean): Promise<Taken> => {
    const address = isKnown ? await killed.copy() : killed.empty();
    const taken = await takeSample<TakeUpAnswer>({ args: [program, call, String(finished), kind, address] });
    expectWork('first phase to begin', taken.answer.phase, isKnown ? finished : 0);
    return taken;
  };
  const parse = async (): Promise<number> => {
    const { answer } = await takeSample<{ ms: number; events: number }>({ args: [floor, await killed.copy()] });
    expectWork('events of finished phases, three each', Math.floor(answer.events / 3), finished + 1);
    return answer.ms;
  };
  const [cold, recovered, known]: [Taken[], Taken[], Taken[]] = [[], [], []];
  const parsed: number[] = [];
  for (let number = 1; number <= samples; number++) {
    progress(`${size}, sample ${number} of ${samples}`);
    cold.push(await sample('execute', false));
    recovered.push(await sample('recover', true));
    known.push(await sample('execute', true));
    if (kind === 'json') parsed.push(await parse());
  }
  return figuresOf(size, goal, { cold, recovered, known, parsed });
}

interface Samples extends Readonly<Record<'cold' | 'recovered' | 'known', readonly Taken[]>> {
  /** Milliseconds of a plain program; none: the journal is no file of lines. */
  readonly parsed: readonly number[];
}

function figuresOf(size: string, goal: number, { cold, recovered, known, parsed }: Samples): Figure[] {
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
  const calls = recovered.map(({ answer }) => answer.callMs);
  const beside: Figure[] =
    parsed.length === 0
      ? []
      : [
          time('a plain program parses the lines of that journal', parsed),
          { name: `${size}: call ÷ that`, value: medianRatio(calls, parsed), unit: 'x', raw: { calls, parsed } },
        ];
  return [
    { ...time('call to first new phase', calls), goal },
    ...beside,
    newPagesFigure(
      size,
      recovered.map(({ answer }) => answer.newPages),
    ),
    time(
      'the same in CPU time',
      recovered.map(({ answer }) => answer.callCpuMs),
    ),
    time(
      'loading the backend, before the call',
      recovered.map(({ answer }) => answer.loadMs),
    ),
    time(
      'call to first new phase by execute with a known run id',
      known.map(({ answer }) => answer.callMs),
    ),
    { ...ratio('CPU of the process', ({ cpuMs }) => cpuMs), goal: 1.5 },
    { ...ratio('time of the process', ({ wallMs }) => wallMs), goal: 1.5 },
  ];
}

/** A part of the time of the call, at most: pages of files that are mapped are among them, and take less. */
function newPagesFigure(size: string, pages: readonly number[]): Figure {
  const micros = [1, 2, 3].map(newPageMicros);
  const value = (median(pages) * median(micros)) / 1_000;
  return { name: `${size}: of the call, new pages of memory`, value, unit: 'ms', raw: { pages, micros } };
}
