import { join } from 'node:path';
import { backendKinds } from '../scripts/trial/backend-kind.ts';
import type { BackendKind } from '../scripts/trial/backend-kind.ts';
import type { Benchmark, Figure, Place } from './harness/benchmark.ts';
import { expectWork } from './harness/benchmark.ts';
import { medianFigure } from './harness/figures.ts';
import { takeSample } from './harness/sample.ts';
import type { LayersAnswer } from './programs/layers.ts';

const program = join(import.meta.dirname, 'programs', 'layers.ts');
const goal = 0.3;

export const s4: Benchmark = {
  id: 's4',
  title: 'CPU per phase in-process, all hooks tapped (layers of functions)',
  durability:
    'each phase is flushed before it counts as completed, on the disk and in memory (tmpfs) alike; Redis: appendfsync always',
  async run({ samples, quick, scratch, progress }) {
    const phases = quick ? 1_000 : 5_000;
    const perPhase = async ({ kind, where }: Case, warmUp: number): Promise<number> => {
      const args = [program, String(phases), '1', String(warmUp), scratch(where), kind, 'tapped'];
      const { answer } = await takeSample<LayersAnswer>({ args });
      expectWork('layers', answer.completed, phases);
      for (const hook of ['beforePhase', 'afterPhase', 'onCheckpoint'] as const)
        expectWork(`taps of ${hook}`, answer.calls[hook], phases);
      return answer.cpuMs / phases;
    };
    const cases = placesOf().map((place) => ({ ...place, fresh: [] as number[], compiled: [] as number[] }));
    for (let sample = 1; sample <= samples; sample++) {
      progress(`sample ${sample} of ${samples}`);
      for (const one of cases) {
        one.fresh.push(await perPhase(one, 0));
        one.compiled.push(await perPhase(one, phases));
      }
    }
    return {
      figures: cases.flatMap(({ name, fresh, compiled }): Figure[] => [
        medianFigure(`${name}, new process`, { of: fresh, unit: 'ms', goal }),
        medianFigure(`${name}, code compiled`, { of: compiled, unit: 'ms', goal }),
      ]),
      notes: [
        `${phases.toLocaleString('en')} phases in a run, from building the workflow to its result; the start of Node is left out.`,
        'Of this process; the server of Redis is another one, and not counted.',
        'Code compiled: the same process has run as many phases before.',
        'Each phase calls a tap of beforePhase, afterPhase and onCheckpoint, and some of onEvent; onError is tapped, and nothing fails.',
      ],
    };
  },
};

interface Case {
  readonly name: string;
  readonly kind: BackendKind;
  readonly where: Place;
}

/** Files lie in memory and on the disk; the server of Redis has its own place. */
function placesOf(): readonly Case[] {
  return backendKinds.flatMap((kind): readonly Case[] => {
    if (kind === 'redis') return [{ name: kind, kind, where: 'disk' }];
    return [
      { name: `${kind}, state in memory`, kind, where: 'memory' },
      { name: `${kind}, state on disk`, kind, where: 'disk' },
    ];
  });
}
