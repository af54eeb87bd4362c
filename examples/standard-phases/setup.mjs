// Makes the scratch repository that the plan works on: .scratch/repository, anew each time.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository, scratch } from './phases/places.mjs';

const files = {
  'package.json': `${JSON.stringify({ name: 'units', version: '1.0.0', type: 'module', private: true }, null, 2)}\n`,
  'README.md': '# units\n\nConverts units. What it has to offer stands in `REQUIREMENTS.md`.\n',
  'REQUIREMENTS.md': `# Requirements

Each row is a function of \`src/convert.js\` with one parameter.

| function | parameter | formula | example | answer |
| --- | --- | --- | --- | --- |
| kilometres | miles | miles * 1.609344 | 10 | 16.09344 |
| fahrenheit | celsius | celsius * 9 / 5 + 32 | 100 | 212 |
| kilograms | pounds | pounds * 0.45359237 | 2 | 0.90718474 |
`,
  'src/convert.js': `/** Kilometres of a length in miles. */
export function kilometres(miles) {
  return miles * 1.609344;
}
`,
  'test/kilometres.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kilometres } from '../src/convert.js';

test('kilometres', () => assert.equal(kilometres(10), 16.09344));
`,
};

try {
  execFileSync('git', ['--version'], { stdio: 'ignore' });
} catch {
  console.error('This example works on a git repository, and git is not installed here.');
  process.exit(1);
}

rmSync(scratch, { recursive: true, force: true });
for (const [name, text] of Object.entries(files)) {
  const path = join(repository, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
git('init', '--quiet', '--initial-branch=main');
// The settings of whoever runs the example stay out of it.
git('config', 'user.name', 'orch example');
git('config', 'user.email', 'example@example.invalid');
git('config', 'commit.gpgsign', 'false');
git('config', 'core.hooksPath', '/dev/null');
git('add', '.');
git('commit', '--quiet', '--message', 'Convert miles');

function git(...args) {
  execFileSync('git', args, { cwd: repository, stdio: ['ignore', 'ignore', 'inherit'] });
}
