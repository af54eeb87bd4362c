// Scout: which files there are, what they export and import, and what is asked for.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, writeNote } from './places.mjs';

const listed = execFileSync('git', ['ls-files', '-z'], { cwd: repository, encoding: 'utf8' });
const files = listed
  .split('\0')
  .filter((path) => path !== '')
  .map(describe);
const requirements = readRequirements();
const path = writeNote('inventory.json', { files, requirements });
console.log(`${files.length} files, ${requirements.length} requirements: ${path}`);

function describe(path) {
  const text = readFileSync(join(repository, path), 'utf8');
  return {
    path,
    lines: text.split('\n').length - 1,
    exports: [...text.matchAll(/^export function (\w+)/gm)].map((match) => match[1]),
    imports: [...text.matchAll(/ from '([^']+)'/g)].map((match) => match[1]),
  };
}

function readRequirements() {
  const rows = readFileSync(join(repository, 'REQUIREMENTS.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  return rows.map((row) => {
    const [name, parameter, formula, example, answer] = row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { name, parameter, formula, example: Number(example), answer: Number(answer) };
  });
}
