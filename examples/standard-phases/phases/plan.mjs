// Plan: what is asked for and not there, as a specification that the build follows.
import { readNote, writeNote } from './places.mjs';

const { files, requirements } = readNote('inventory.json');

for (const { name, parameter, formula, example, answer } of requirements) {
  const names = formula.match(/[A-Za-z_]\w*/g) ?? [];
  if (!/^[\w\s.*/+()-]+$/.test(formula) || names.some((it) => it !== parameter))
    throw new Error(`The formula of ${name} may only calculate with ${parameter}: ${formula}`);
  if (Number.isNaN(example) || Number.isNaN(answer)) throw new Error(`${name} has no example to test it by.`);
}

const there = new Set(files.flatMap((file) => file.exports));
const functions = requirements.filter(({ name }) => !there.has(name));
// One step each for the function, its documentation and its test.
const spec = { module: 'src/convert.js', functions, steps: functions.length * 3 };
const path = writeNote('spec.json', spec);
console.log(`${functions.length} of ${requirements.length} functions are missing, ${spec.steps} steps: ${path}`);
