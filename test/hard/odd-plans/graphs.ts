import { chain, fan, ladder, type PlanObject } from '@orch/testkit';
import { accepted, begun, mark, refused, refusedAt, type OddPlan } from './row.ts';

type Edges = Readonly<Record<string, readonly string[]>>;

const options = { command: () => mark };

/** Each phase on a line of its own, the places of wrong dependencies marked. */
function graph(edges: Edges): string {
  const phases = Object.entries(edges).map(([name, dependsOn]) => {
    const list = dependsOn.map((it) => (it.startsWith('⟦') ? `⟦"${it.slice(1)}"` : `"${it}"`));
    return `{"name": "${name}", "depends_on": [${list.join(', ')}], "command": ${JSON.stringify(mark)}}`;
  });
  return `{"workflow_id": "odd", "phases": [\n${phases.join(',\n')}\n]}\n`;
}

/** A ring: each phase needs the next one, the last the first. */
function ring(size: number, prefix = 'p'): Edges {
  return Object.fromEntries(
    Array.from({ length: size }, (_, at) => [`${prefix}${at}`, [`${at === 0 ? '⟦' : ''}${prefix}${(at + 1) % size}`]]),
  );
}

/** Many phases: each on a line of its own, from the second line on. */
function lines({ workflow_id: id, phases }: PlanObject): string {
  return `{"workflow_id": "${id}", "phases": [\n${phases.map((it) => JSON.stringify(it)).join(',\n')}\n]}\n`;
}

const reversed = (plan: PlanObject): PlanObject => ({ ...plan, phases: plan.phases.toReversed() });

/** All phases with other dependencies. */
function rewired(plan: PlanObject, dependsOn: (index: number) => readonly string[]): PlanObject {
  return { ...plan, phases: plan.phases.map((it, index) => ({ ...it, depends_on: dependsOn(index) })) };
}

const dependencyColumn = (name: string): number =>
  `{"name":"${name}","command":${JSON.stringify(mark)},"depends_on":[`.length + 1;

export const graphs: readonly OddPlan[] = [
  refused('a phase that needs itself', graph({ a: ['⟦a'] }), 'SELF_DEP'),
  refused('a circle of two', graph(ring(2)), 'CYCLE'),
  refused('a circle of three, reached from outside', graph({ x: ['p0'], ...ring(3), y: ['p2', 'x'] }), 'CYCLE'),
  refused('a circle of 3,000', graph(ring(3_000)), 'CYCLE'),
  refused(
    'three circles at once',
    graph({ ...ring(2, 'a'), ...ring(3, 'b'), ...ring(1_000, 'c') }),
    'CYCLE',
    'CYCLE',
    'CYCLE',
  ),
  refused(
    'a circle, and a phase that needs itself, and nobody',
    graph({ a: ['⟦a', '⟦b', '⟦x'], b: ['a'] }),
    'SELF_DEP',
    'CYCLE',
    'UNKNOWN_DEP',
  ),
  refused('an unknown dependency', graph({ a: [], b: ['a', '⟦c'] }), 'UNKNOWN_DEP'),
  refused('a dependency named twice', graph({ a: [], b: ['a', '⟦a'] }), 'DUPLICATE_DEP'),
  refused(
    'a dependency named a thousand times',
    graph({ a: [], b: ['a', ...Array.from({ length: 999 }, () => '⟦a')] }),
    ...Array.from({ length: 999 }, () => 'DUPLICATE_DEP'),
  ),
  refused(
    'an unknown dependency named twice',
    graph({ a: ['⟦x', '⟦⟦x'] }).replace('⟦"⟦', '⟦⟦"'),
    'UNKNOWN_DEP',
    'UNKNOWN_DEP',
    'DUPLICATE_DEP',
  ),
  refused('no phases', '{"workflow_id": "odd", "phases": ⟦[]}', 'TYPE'),
  accepted(
    'a diamond in reverse order',
    graph({ d: ['b', 'c'], c: ['a'], b: ['a'], a: [] }).replace('"odd",', '"odd", "concurrency": 1,'),
    ['a', 'c', 'b', 'd'],
  ),
  accepted(
    'phases without dependencies, one after another',
    JSON.stringify({ workflow_id: 'odd', phases: ['c', 'a', 'b'].map((name) => ({ name, command: mark })) }),
    ['c', 'a', 'b'],
    { notes: ['SEQUENTIAL 1:22'] },
  ),
  accepted(
    'a ladder with 2^60 ways through it',
    () => lines(ladder(60, options)).replace('"phases"', '"concurrency": 1, "phases"'),
    ladder(60).phases.map(({ name }) => name),
  ),
  refusedAt('such a ladder, its top below its foot', () => lines(rewired(ladder(60, options), (at) => needsOf(at))), [
    `CYCLE 2:${dependencyColumn('left0')}`,
  ]),
  begun('a phase with 50,000 dependencies', () => lines(fan(50_000, options))),
  begun('100,000 phases in a chain', () => lines(chain(100_000, options)), { manyPhases: true }),
  begun('50,000 phases in reverse order, on one line', () => JSON.stringify(reversed(chain(50_000, options)))),
  refusedAt(
    'a circle of 20,000',
    () => lines(rewired(chain(20_000, options), (at) => [`p${(at + 1) % 20_000}`])),
    [`CYCLE 2:${dependencyColumn('p0')}`],
    { large: true },
  ),
  refusedAt(
    '15,000 circles of two',
    () => lines(rewired(chain(30_000, options), (at) => [`p${at ^ 1}`])),
    ['LIMIT 1:1', `CYCLE 2:${dependencyColumn('p0')}`, `CYCLE 4:${dependencyColumn('p2')}`],
    { large: true, count: 10_001 },
  ),
  refusedAt(
    '30,000 unknown dependencies, on one line',
    () => JSON.stringify(rewired(chain(30_000, options), (at) => [`q${at}`])),
    ['LIMIT 1:1', `UNKNOWN_DEP 1:${`{"workflow_id":"chain-30000","phases":[`.length + dependencyColumn('p0')}`],
    { large: true, count: 10_001 },
  ),
  refusedAt(
    '1,000,001 phases',
    () => `{"workflow_id": "odd", "phases": [${'{"name": "a"},'.repeat(1_000_000)}{}]}`,
    ['LIMIT 1:34'],
    { large: true },
  ),
];

/** What a phase of a ladder needs, whose foot on the left needs its top. */
function needsOf(at: number): readonly string[] {
  if (at < 2) return at === 0 ? ['left59'] : [];
  const rung = (at >> 1) - 1;
  return [`left${rung}`, `right${rung}`];
}
