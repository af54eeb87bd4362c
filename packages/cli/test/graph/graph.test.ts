import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { dot } from '../../src/graph/dot.ts';
import { layOut } from '../../src/graph/layout.ts';
import { mermaid } from '../../src/graph/mermaid.ts';
import { levelsOf, phaseGraph } from '../../src/graph/phase-graph.ts';
import type { GraphPhase } from '../../src/graph/phase-graph.ts';
import { svg } from '../../src/graph/svg.ts';
import { textGraph } from '../../src/graph/text-graph.ts';
import { displayWidth } from '../../src/view/text.ts';
import { Playground } from '../orch-process.ts';
import { oddRun, oddSpec } from './odd-graph.ts';

const text = (graph: Parameters<typeof textGraph>[0]): string => textGraph(graph, { paint: (_, words) => words });

describe.each([
  ['mermaid', mermaid],
  ['dot', dot],
  ['svg', svg],
  ['text', text],
] as const)('as %s', (format, draw) => {
  test('a plan and a run with odd names are as they were', async () => {
    await expect(draw(phaseGraph(oddSpec))).toMatchFileSnapshot(`golden/plan.${format}`);
    await expect(draw(oddRun())).toMatchFileSnapshot(`golden/run.${format}`);
  });

  test('is the same in a locale without UTF-8', () => {
    const drawn = draw(oddRun());
    vi.stubEnv('LC_ALL', 'C');
    try {
      expect(draw(oddRun())).toBe(drawn);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('each status is told by a word', () => {
    const drawn = draw(oddRun());
    for (const word of ['completed', 'failed', 'running', 'pending', 'skipped', 'cancelled', 'failed, forgiven'])
      expect(drawn).toContain(word);
  });

  test('of no phases and of one is drawn', () => {
    expect(draw({ workflow: 'none', phases: [] })).not.toMatch(/NaN|Infinity/);
    expect(draw({ workflow: 'one', phases: [{ name: 'a', needs: [] }] })).toContain('a');
  });
});

/** Each depends on two of the forty before it: the same each time. */
function many(count: number): GraphPhase[] {
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  return Array.from({ length: count }, (_, index) => ({
    name: `phase ${index}`,
    needs: index === 0 ? [] : [...new Set([0, 0].map(() => Math.max(0, index - 1 - next(40))))],
  }));
}

describe('the layout', () => {
  test.each([
    ['one of many edges', many(300)],
    ['phases without dependencies', Array.from({ length: 45 }, (_, index) => ({ name: `${index}`, needs: [] }))],
    [
      'one phase that all wait for, and one that waits for all',
      Array.from({ length: 60 }, (_, index) => ({
        name: `${index}`,
        needs: index === 0 ? [] : index === 59 ? Array.from({ length: 59 }, (_unused, need) => need) : [0],
      })),
    ],
  ])('of %s: boxes are apart and within, edges go down, and it is the same each time', (_, phases) => {
    const options = { widths: phases.map(({ name }) => 40 + name.length * 7), boxHeight: 28 };
    const layout = layOut(phases, options);
    expect(layOut(phases, options)).toEqual(layout);
    const rows = Map.groupBy(layout.boxes, ({ y }) => y);
    for (const row of rows.values()) {
      const inOrder = row.toSorted((one, other) => one.x - other.x);
      for (const [index, box] of inOrder.entries()) {
        const before = inOrder[index - 1];
        if (before !== undefined) expect(box.x - before.x).toBeGreaterThanOrEqual((box.width + before.width) / 2 + 10);
        expect(box.x - box.width / 2).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width / 2).toBeLessThanOrEqual(layout.width);
      }
      expect(row.length).toBeLessThanOrEqual(10);
    }
    for (const { points } of layout.edges)
      for (const [index, point] of points.entries()) expect(point.y).toBeGreaterThan(points[index - 1]?.y ?? 0);
    expect(layout.edges).toHaveLength(phases.reduce((sum, { needs }) => sum + needs.length, 0));
  });

  test('edges of a chain that was shuffled do not cross', () => {
    const needs = [[], [], [0], [1], [2], [3]];
    const { boxes } = layOut(
      needs.map((it, index) => ({ name: `${index}`, needs: it })),
      { widths: needs.map(() => 50), boxHeight: 28 },
    );
    const side = (index: number): boolean => (boxes[index]?.x ?? 0) < (boxes[index ^ 1]?.x ?? 0);
    expect(side(2)).toBe(side(0));
    expect(side(4)).toBe(side(2));
  });

  test('of 5,000 phases is made', () => {
    const phases = many(5_000);
    expect(layOut(phases, { widths: phases.map(() => 60), boxHeight: 28 }).boxes).toHaveLength(5_000);
  });
});

test('a phase is one level below the deepest that it needs', () => {
  const needs = [[], [0], [1], [0, 2], []];
  expect(levelsOf(needs.map((it, index) => ({ name: `${index}`, needs: it })))).toEqual([0, 1, 2, 3, 0]);
});

test('text fits the terminal', () => {
  for (const columns of [80, 40])
    for (const line of textGraph(oddRun(), { columns, paint: (_, words) => words })
      .split('\n')
      .slice(1))
      expect(displayWidth(line)).toBeLessThanOrEqual(columns);
});

describe('orch graph', () => {
  let ground: Playground;
  beforeEach(() => {
    ground = new Playground();
    ground.plan([
      { name: 'a', command: 'true' },
      { name: 'b', command: 'test -e mended', depends_on: ['a'], retry_count: 1 },
      { name: 'c', command: 'true', depends_on: ['b'] },
    ]);
  });
  afterEach(() => ground[Symbol.dispose]());

  test('draws a plan, and makes no state', async () => {
    expect(await ground.orch('graph', 'plan.json')).toMatchObject({
      code: 0,
      stdout: 'demo, 3 phases\n\nLEVEL  PHASE  AFTER\n1      a\n2      b      a\n3      c      b\n',
      stderr: '',
    });
    expect(await ground.orch('list')).toMatchObject({ stdout: '' });
  });

  test('says where phases without depends_on run one after another, and only there', async () => {
    const phases = ['b', 'a'].map((name) => ({ name, command: 'true' }));
    const note = 'No phase has depends_on: they run one after another, in this order.\n';
    const noteOf = async (...args: string[]): Promise<string> => (await ground.orch('graph', ...args)).stderr;
    ground.plan(phases);
    for (const format of ['text', 'mermaid', 'dot', 'svg'])
      expect(await noteOf('plan.json', '--format', format)).toBe(note);
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    expect(await noteOf('one')).toBe(note);
    ground.plan(phases, { name: 'aside.json', concurrency: 2 });
    ground.plan(phases.slice(0, 1), { name: 'single.json' });
    expect(await noteOf('aside.json')).toBe('');
    expect(await noteOf('single.json')).toBe('');
  });

  test.each(['json', 'sqlite'])('draws a run in %s, wherever it stands', async (backend) => {
    await ground.orch('execute', 'plan.json', '--run-id', 'one', '--backend', backend);
    const drawn = await ground.orch('graph', 'one', '--format', 'mermaid');
    expect(drawn).toMatchObject({ code: 0, stderr: '' });
    expect(drawn.stdout).toMatch(/p0\["a \(✓ completed, \d\.\d s\)"\]:::completed/);
    expect(drawn.stdout).toMatch(/p1\["b \(✗ failed, \d\.\d s\)"\]:::failed/);
    expect(drawn.stdout).toContain('p2["c (– skipped)"]:::skipped');
    expect((await ground.orch('graph', 'demo')).stdout).toContain('demo, run one: failed, 3 phases\n');
  });

  test.each([
    [2, ['nothing.json', '--format', 'png'], /Allowed choices are text, mermaid, dot, svg/],
    [3, ['nothing'], /no run, workflow or plan "nothing"/],
    [2, ['broken.json'], /broken\.json/],
  ] as const)('ends with %i for graph %j', async (code, args, pattern) => {
    writeFileSync(ground.path('broken.json'), '{"workflow_id": "x", "phases": [{"name": "a", "depends_on": ["b"]}]}');
    const ended = await ground.orch('graph', ...args);
    expect(ended.stderr).toMatch(pattern);
    expect(ended).toMatchObject({ code, stdout: '' });
  });

  test('says where Mermaid would not draw it', async () => {
    ground.plan(
      Array.from({ length: 40 }, (_, index) => ({
        name: `p${index}`,
        command: 'true',
        depends_on: Array.from({ length: index }, (_unused, need) => `p${need}`),
      })),
    );
    const { stdout, stderr, code } = await ground.orch('graph', 'plan.json', '--format', 'mermaid');
    expect(stderr).toMatch(/^note: Mermaid draws 500 edges .* this has 780 and \d+\. Use --format svg or dot\.\n$/);
    expect(stdout.split('\n').filter((line) => line.includes('-->'))).toHaveLength(780);
    expect(code).toBe(0);
  });
});
