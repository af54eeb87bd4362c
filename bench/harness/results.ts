import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Figure, Measured } from './benchmark.ts';
import type { Machine } from './machine.ts';

export type Result = Measured & Pick<Benchmark, 'id' | 'title' | 'durability'>;

/** What one run of the benchmarks writes. */
export interface Results {
  /** When it ended. */
  readonly at: string;
  readonly machine: Machine;
  readonly quick: boolean;
  readonly samples: number;
  readonly results: readonly Result[];
}

/** Answers with the file. */
export function writeResults(results: Results): string {
  const folder = join(import.meta.dirname, '..', 'results');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${results.at.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}

/**
 * Reads what an earlier run wrote.
 *
 * @throws Error that says what of the file is of another shape
 */
export function readResults(file: string): Results {
  const refuse = (why: string): Error => new Error(`${file} holds no results of benchmarks: ${why}.`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  const fault = faultOf(value);
  if (fault !== undefined) throw refuse(fault);
  return value as Results;
}

type Fields = Readonly<Record<string, unknown>>;

function faultOf(value: unknown): string | undefined {
  if (!isRecord(value)) return 'it is no object';
  if (typeof value['at'] !== 'string') return '"at" is no text';
  if (!isRecord(value['machine'])) return '"machine" is no object';
  if (typeof value['quick'] !== 'boolean') return '"quick" is neither true nor false';
  if (typeof value['samples'] !== 'number') return '"samples" is no number';
  if (!Array.isArray(value['results'])) return '"results" is no list';
  return firstFault(value['results'], (result, index) => faultOfResult(result, `results[${index}]`));
}

function faultOfResult(result: unknown, where: string): string | undefined {
  if (!isRecord(result)) return `${where} is no object`;
  if (typeof result['id'] !== 'string') return `${where}.id is no text`;
  if (!Array.isArray(result['figures'])) return `${where}.figures is no list`;
  return firstFault(result['figures'], (figure, index) => {
    if (isRecord(figure) && isFigure(figure)) return undefined;
    return `${where}.figures[${index}] has no name, value and unit`;
  });
}

function isFigure({ name, value, unit, goal }: Fields & Partial<Record<keyof Figure, unknown>>): boolean {
  const texts = typeof name === 'string' && typeof unit === 'string';
  return texts && typeof value === 'number' && (goal === undefined || typeof goal === 'number');
}

function firstFault(
  list: readonly unknown[],
  faultIn: (item: unknown, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of list.entries()) {
    const fault = faultIn(item, index);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
