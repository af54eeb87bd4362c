// Build: writes each function of the specification and its test, and commits them. Run twice, it changes nothing more.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNote, repository } from './places.mjs';

const { module, functions } = readNote('spec.json');
const modulePath = join(repository, module);

for (const { name, parameter, formula, example, answer } of functions) {
  const code = readFileSync(modulePath, 'utf8');
  if (!code.includes(`export function ${name}(`)) {
    const documentation = `/** ${capitalised(name)} of a value in ${parameter}. */`;
    const added = `${documentation}\nexport function ${name}(${parameter}) {\n  return ${formula};\n}\n`;
    writeFileSync(modulePath, `${code}\n${added}`);
  }
  writeFileSync(
    join(repository, 'test', `${name}.test.js`),
    `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ${name} } from '../${module}';

test('${name}', () => assert.ok(Math.abs(${name}(${example}) - ${answer}) < 1e-9));
`,
  );
  console.log(`wrote ${name}`);
}

git('add', 'src', 'test');
if (git('status', '--porcelain') === '') console.log('nothing to commit');
else console.log(git('commit', '--message', `Convert to ${functions.map(({ name }) => name).join(' and ')}`));

function git(...args) {
  return execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim();
}

function capitalised(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
