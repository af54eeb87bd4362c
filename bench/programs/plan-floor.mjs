// The floor of executing a plan: its commands in the order of its graph, so many at once, and nothing stored.
// node plan-floor.mjs PLAN LANES
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { phases } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const lanes = Number(process.argv[3]);
const dependents = new Map(phases.map(({ name }) => [name, []]));
const missing = new Map(phases.map(({ name, depends_on }) => [name, depends_on.length]));
for (const phase of phases) for (const dependency of phase.depends_on) dependents.get(dependency).push(phase);
const ready = phases.filter(({ depends_on }) => depends_on.length === 0);
let [running, succeeded] = [0, 0];
startMore();
process.on('exit', () => console.log(JSON.stringify(succeeded)));

function startMore() {
  while (running < lanes && ready.length > 0) {
    const { name, command } = ready.shift();
    running++;
    spawn('/bin/sh', ['-c', command], { stdio: 'ignore' }).on('close', (code) => {
      running--;
      if (code === 0) finish(name);
      startMore();
    });
  }
}

function finish(name) {
  succeeded++;
  for (const dependent of dependents.get(name)) {
    const left = missing.get(dependent.name) - 1;
    missing.set(dependent.name, left);
    if (left === 0) ready.push(dependent);
  }
}
