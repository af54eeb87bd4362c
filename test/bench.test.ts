import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchmarks } from '../bench/benchmarks.ts';
import { expectGoals } from '../bench/harness/benchmark.ts';
import type { Figure } from '../bench/harness/benchmark.ts';
import { compareResults, describeComparison } from '../bench/harness/compare.ts';
import { describeFigure } from '../bench/harness/figures.ts';
import { readResults } from '../bench/harness/results.ts';
import type { Results } from '../bench/harness/results.ts';
import type { ChainAnswer } from '../bench/programs/chain.ts';
import type { ManyRunsAnswer } from '../bench/programs/many-runs.ts';

const root = join(import.meta.dirname, '..');

const machine = {
  orch: '0.1.0',
  node: 'v24.0.0',
  system: 'Linux',
  cpu: 'one',
  cpus: 2,
  memoryGiB: 8,
  load: 0,
  disk: 'ext4',
  memory: 'tmpfs',
};

const figure = (name: string, value: number, goal?: number): Figure => ({
  name,
  value,
  unit: 'x',
  raw: {},
  ...(goal === undefined ? {} : { goal }),
});

const resultsOf = (byId: Readonly<Record<string, readonly Figure[]>>, rest: Partial<Results> = {}): Results => ({
  at: '2026-01-01T00:00:00.000Z',
  machine,
  quick: false,
  samples: 5,
  results: Object.entries(byId).map(([id, figures]) => ({ id, title: id, durability: 'none', figures })),
  ...rest,
});

describe('the benchmarks', () => {
  const readme = readFileSync(join(root, 'bench', 'README.md'), 'utf8');

  it.each(benchmarks)('$id says what it measures and how safe the state is, and stands in the README', (benchmark) => {
    expect(benchmark.id).toMatch(/^s\d+$/);
    expect(benchmark.title.length).toBeGreaterThan(10);
    expect(benchmark.durability.length).toBeGreaterThan(10);
    expect(readme).toMatch(new RegExp(`^\\| ${benchmark.id} +\\|`, 'm'));
  });

  it('stand in the order of their numbers, each once', () => {
    const numbers = benchmarks.map(({ id }) => Number(id.slice(1)));
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it('are refused without a goal, and with a figure that is no number', () => {
    const check =
      (...figures: readonly Figure[]) =>
      () =>
        expectGoals('s1', { figures });
    expect(check(figure('a', 1), figure('b', 2, 3))).not.toThrow();
    expect(check(figure('a', 1))).toThrow('s1 has no figure with a goal');
    expect(check()).toThrow('s1 has no figure with a goal');
    expect(check(figure('a', Number.NaN, 1))).toThrow('s1: "a" is NaN');
  });

  it('have no goal where something only stands in for what it speaks of', () => {
    expect(() => expectGoals('s16', { figures: [figure('a', 1)], isStandIn: true })).not.toThrow();
    expect(() => expectGoals('s16', { figures: [figure('a', 1, 2)], isStandIn: true })).toThrow('measured a stand-in');
  });

  it('show a figure with its goal', () => {
    expect(describeFigure(figure('CPU', 1.234, 2))).toBe('        1.23 x  met     CPU, goal ≤ 2');
    expect(describeFigure(figure('CPU', 2.5, 2))).toContain('MISSED');
    expect(describeFigure({ ...figure('peak', 1234.5), unit: 'bytes' })).toBe('    1235 bytes            peak');
    expect(describeFigure({ ...figure('phases', 529.4), unit: '/s' })).toBe('        529 /s            phases');
  });
});

describe('the programs that are measured', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const answerOf = <Answer>(program: string, ...args: readonly string[]): Answer => {
    const file = join('bench', 'programs', program);
    const run = spawnSync(process.execPath, ['--conditions=source', file, ...args], { cwd: root, encoding: 'utf8' });
    expect(run).toMatchObject({ status: 0, stderr: '' });
    return JSON.parse(run.stdout) as Answer;
  };

  it.each([
    ['chains', 1_000],
    ['fan', 1_001],
  ])('count the phases of %s that were called, and those that are stored', (shape, phases) => {
    const { passes, floorMs } = answerOf<ManyRunsAnswer>('many-runs.ts', shape, folder, 'sqlite');
    expect(passes).toMatchObject([{ called: phases, stored: phases }]);
    expect(floorMs).toEqual([]);
  });

  it('say how much is stored of a chain, with its plan', () => {
    const { completed, stored } = answerOf<ChainAnswer>('chain.ts', '100', folder, 'sqlite');
    expect(completed).toBe(100);
    expect(stored.disk).toBe(statSync(join(folder, 'orch.db')).size);
  });
});

describe('a comparison of two runs', () => {
  it('tells each figure that both have, and what became of its goal', () => {
    const then = resultsOf({ s1: [figure('a', 1, 2), figure('b', 3, 2), figure('c', 1, 2), figure('d', 5)] });
    const now = resultsOf({ s1: [figure('a', 3, 2), figure('b', 1, 2), figure('c', 2, 2), figure('d', 4)] });
    const { changes, ...others } = compareResults(then, now);
    expect(changes.map(({ after, goal }) => [after.name, goal])).toEqual([
      ['a', 'newly missed'],
      ['b', 'newly met'],
      ['c', 'met'],
      ['d', undefined],
    ]);
    expect(others).toEqual({ onlyThen: [], onlyNow: [], differences: [] });
    const text = describeComparison({ changes, ...others }, then);
    expect(text).toMatch(/^s1 +a +1\.00 +3\.00 +x +\+200\.0 % +≤ 2 MISSED NOW, was met$/m);
    expect(text).toMatch(/^s1 +d +5\.00 +4\.00 +x +-20\.0 %$/m);
    expect(text).toMatch(/^1 goals that were met are missed now$/m);
  });

  it('holds each side against the goal of its own time', () => {
    const then = resultsOf({ s1: [figure('stricter', 1.5, 2), figure('new goal', 3)] });
    const now = resultsOf({ s1: [figure('stricter', 1.5, 1), figure('new goal', 3, 2)] });
    expect(compareResults(then, now).changes.map(({ goal }) => goal)).toEqual(['newly missed', 'missed']);
  });

  it('names what stands on one side only', () => {
    const then = resultsOf({ s1: [figure('a', 1), figure('gone', 1)], s5: [figure('a', 1)] });
    const now = resultsOf({ s1: [figure('a', 1), { ...figure('gone', 1), unit: 'ms' }], s7: [figure('a', 1)] });
    const compared = compareResults(then, now);
    expect(compared.onlyThen).toEqual(['s5', 's1: gone']);
    expect(compared.onlyNow).toEqual(['s7', 's1: gone']);
    expect(describeComparison(compared, then)).toContain('only then: s5\nonly then: s1: gone\nonly now: s7\n');
  });

  it('says when nothing is comparable, and what differs between the machines', () => {
    const now = resultsOf({ s7: [] }, { quick: true, machine: { ...machine, cpus: 4, load: 9 } });
    const then = resultsOf({ s1: [figure('a', 1)] });
    const text = describeComparison(compareResults(then, now), then);
    expect(text).toContain('No figure stands on both sides.');
    expect(text).toContain('differs: quick: false then, true now\n  differs: cpus: 2 then, 4 now\n');
    expect(text).not.toContain('load');
  });
});

describe('a file to compare with', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bench-'));
    file = join(folder, 'then.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read as it was written', () => {
    const results = resultsOf({ s1: [figure('a', 1, 2), figure('b', 1)] });
    writeFileSync(file, JSON.stringify(results));
    expect(readResults(file)).toEqual(results);
  });

  const one = resultsOf({ s1: [figure('a', 1)] });
  it.each([
    ['no JSON', '{', 'JSON'],
    ['a list', '[]', 'it is no object'],
    ['another object', '{"name":"orch"}', '"at" is no text'],
    ['no machine', JSON.stringify({ ...one, machine: 'mine' }), '"machine" is no object'],
    ['no kind', JSON.stringify({ ...one, quick: 'yes' }), '"quick" is neither true nor false'],
    ['no number of samples', JSON.stringify({ ...one, samples: null }), '"samples" is no number'],
    ['no results', JSON.stringify({ ...one, results: {} }), '"results" is no list'],
    ['an odd result', JSON.stringify({ ...one, results: [null] }), 'results[0] is no object'],
    ['a result without id', JSON.stringify({ ...one, results: [{}] }), 'results[0].id is no text'],
    ['a result without figures', JSON.stringify({ ...one, results: [{ id: 's1' }] }), 'results[0].figures is no list'],
    [
      'an odd figure',
      JSON.stringify({ ...one, results: [{ id: 's1', figures: [{ name: 'a', value: '1', unit: 'x' }] }] }),
      'results[0].figures[0] has no name, value and unit',
    ],
  ])('is refused: %s', (_, text, why) => {
    writeFileSync(file, text);
    expect(() => readResults(file)).toThrow(`${file} holds no results of benchmarks: `);
    expect(() => readResults(file)).toThrow(why);
  });

  it.each([
    [['--compare', 'package.json'], 'package.json holds no results of benchmarks: "at" is no text.'],
    [['--compare', 'nowhere.json'], 'nowhere.json holds no results of benchmarks: ENOENT'],
    [['s18'], 'There is no s18. There are: s1, s2,'],
    [['--samples', '0'], '--samples 0: it is a number from 1 on.'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j before anything is measured', (args, why) => {
    const run = spawnSync(process.execPath, ['--conditions=source', 'bench/run.ts', ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain(why);
    expect(run.stderr).not.toMatch(/^ +at /m);
  });
});
