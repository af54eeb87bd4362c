// The chain of function phases that s1, s2 and s3 measure, each on its backend.
import { join } from 'node:path';
import type { BackendKind } from '../../scripts/trial/backend-kind.ts';
import type { ChainAnswer } from '../programs/chain.ts';
import { expectWork } from './benchmark.ts';
import type { BenchContext, Figure } from './benchmark.ts';
import { countFlushes } from './flushes.ts';
import type { Flushes } from './flushes.ts';
import { takeSample } from './sample.ts';
import { median, medianRatio } from './statistics.ts';

export const chainProgram: string = join(import.meta.dirname, '..', 'programs', 'chain.ts');
export const chainPhases = 1_000;

/** Medians, one of each sample. */
export interface ChainSamples {
  readonly orchMs: readonly number[];
  /** Of the last fifth. */
  readonly lateMs: readonly number[];
  readonly floorMs: readonly number[];
  /** Empty where there is no such floor. */
  readonly poolMs: readonly number[];
}

export async function sampleChain(
  kind: BackendKind,
  { samples, scratch, progress }: BenchContext,
): Promise<ChainSamples> {
  const orchMs: number[] = [];
  const lateMs: number[] = [];
  const floorMs: number[] = [];
  const poolMs: number[] = [];
  for (let sample = 1; sample <= samples; sample++) {
    progress(`sample ${sample} of ${samples}`);
    const args = [chainProgram, String(chainPhases), scratch('disk'), kind, 'floor'];
    const { answer } = await takeSample<ChainAnswer>({ args });
    expectWork('chain', answer.completed, chainPhases);
    expectWork('floor', answer.floorMs.length, chainPhases);
    orchMs.push(median(answer.intervalsMs));
    lateMs.push(median(answer.intervalsMs.slice(-chainPhases / 5)));
    floorMs.push(median(answer.floorMs));
    if (answer.floorPoolMs.length > 0) poolMs.push(median(answer.floorPoolMs));
  }
  return { orchMs, lateMs, floorMs, poolMs };
}

export function ratioFigure(name: string, orchMs: readonly number[], floorMs: readonly number[]): Figure {
  return { name, value: medianRatio(orchMs, floorMs), unit: 'x', raw: { orchMs, floorMs } };
}

export function timeFigures({ orchMs, floorMs }: ChainSamples): Figure[] {
  return [
    { name: 'p50 of a phase', value: median(orchMs), unit: 'ms', raw: { orchMs } },
    { name: 'p50 of the floor', value: median(floorMs), unit: 'ms', raw: { floorMs } },
  ];
}

/** Of the chain without a floor, and of all that it starts. */
export function countChainFlushes(kind: BackendKind, { scratch, progress }: BenchContext): Promise<Flushes> {
  progress('counting flushes');
  return countFlushes([chainProgram, String(chainPhases), scratch('disk'), kind]);
}
