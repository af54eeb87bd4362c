// The floor of validate: reads a plan and sorts its phases so that each comes after what it depends on (Kahn).
// node plan-check-floor.mjs PLAN
import { readFileSync } from 'node:fs';

const { phases } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const dependents = new Map(phases.map(({ name }) => [name, []]));
const missing = new Map();
for (const { name, depends_on } of phases) {
  missing.set(name, depends_on.length);
  for (const dependency of depends_on) dependents.get(dependency).push(name);
}
const sorted = phases.filter(({ depends_on }) => depends_on.length === 0).map(({ name }) => name);
for (const name of sorted) {
  for (const dependent of dependents.get(name)) {
    const left = missing.get(dependent) - 1;
    missing.set(dependent, left);
    if (left === 0) sorted.push(dependent);
  }
}
console.log(JSON.stringify(sorted.length));
