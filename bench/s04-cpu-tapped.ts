import { join } from 'node:path';
import type { Benchmark, Figure, Place } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { medianFigure } from './harness/figures.ts';
import { takeSample } from './harness/sample.ts';
import type { LayersAnswer } from './programs/layers.ts';

const program = join(import.meta.dirname, 'programs', 'layers.ts');
const goal = 0.3;

export const s4: Benchmark = {
  id: 's4',
  title: 'CPU per phase in-process, all hooks tapped (layers of functions, JSON)',
  durability: 'fdatasync before each phase counts as completed, on the disk and in memory (tmpfs) alike',
  async run({ samples, quick, scratch, progress }) {
    const phases = quick ? 1_000 : 5_000;
    const perPhase = async (where: Place, warmUp: number): Promise<number> => {
      const args = [program, String(phases), '1', String(warmUp), scratch(where), 'tapped'];
      const { answer } = await takeSample<LayersAnswer>({ args });
      expectWork('layers', answer.completed, phases);
      for (const hook of ['beforePhase', 'afterPhase', 'onCheckpoint'] as const)
        expectWork(`taps of ${hook}`, answer.calls[hook], phases);
      return answer.cpuMs / phases;
    };
    const cases = [
      { name: 'state in memory, new process', where: 'memory', warmUp: 0, raw: [] as number[] },
      { name: 'state in memory, code compiled', where: 'memory', warmUp: phases, raw: [] as number[] },
      { name: 'state on disk, new process', where: 'disk', warmUp: 0, raw: [] as number[] },
      { name: 'state on disk, code compiled', where: 'disk', warmUp: phases, raw: [] as number[] },
    ] as const;
    for (let sample = 1; sample <= samples; sample++) {
      progress(`sample ${sample} of ${samples}`);
      for (const { where, warmUp, raw } of cases) raw.push(await perPhase(where, warmUp));
    }
    return {
      figures: cases.map(({ name, raw }): Figure => medianFigure(name, { of: raw, unit: 'ms', goal })),
      notes: [
        `${phases.toLocaleString('en')} phases in a run, from building the workflow to its result; the start of Node is left out.`,
        'Code compiled: the same process has run as many phases before.',
        'Each phase calls a tap of beforePhase, afterPhase and onCheckpoint, and some of onEvent; onError is tapped, and nothing fails.',
      ],
    };
  },
};
