import { spawnSync } from 'node:child_process';

/** What readers of plans do most, in a process of its own: parses 50,000 phases and counts what depends on what. */
const work = `
  const phases = Array.from({ length: 50_000 }, (_, at) => ({ name: 'p' + at, depends_on: at === 0 ? [] : ['p' + (at - 1)], command: 'true' }));
  const text = JSON.stringify({ workflow_id: 'w', phases });
  for (let round = 0; round < 5; round++) {
    const plan = JSON.parse(text);
    const dependents = new Map(plan.phases.map(({ name }) => [name, 0]));
    for (const { depends_on } of plan.phases) for (const name of depends_on) dependents.set(name, dependents.get(name) + 1);
    if (dependents.get('p0') !== 1) process.exit(1);
  }
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1000);
`;

/** The CPU that it takes right now, in milliseconds: on a shared machine the same work may take twice as much an hour later. */
export function yardstickMs(): number {
  const took = [1, 2, 3].map(() => {
    const { status, stdout } = spawnSync(process.execPath, ['-e', work], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The yardstick ended with ${status}.`);
    return Number(stdout);
  });
  return took.toSorted((a, b) => a - b)[1]!;
}
