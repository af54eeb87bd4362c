// Review: checks what was committed, and writes a report. One finding is enough to fail.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNote, repository, writeNote } from './places.mjs';

const { module, functions } = readNote('spec.json');
const secrets = 'BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|(password|secret|token) *[:=] *[^ ]{8,}';

const checks = [
  ['whitespace and conflict markers', git('diff', '--check', 'HEAD~1', 'HEAD')],
  ['secrets', git('grep', '--line-number', '--extended-regexp', '-e', secrets, 'HEAD')],
  ['files that were not committed', git('status', '--porcelain')],
  ['functions that the specification asks for', missing((name) => `export function ${name}(`)],
  ['documentation of functions', missing((name) => new RegExp(`\\*/\\nexport function ${name}\\(`))],
];

const lines = checks.map(([name, found]) =>
  found === '' ? `- ${name}: nothing found` : `- ${name}:\n\n${indent(found)}\n`,
);
const changed = git('diff', '--stat', 'HEAD~1', 'HEAD');
const path = writeNote('review.md', `# Review\n\n${lines.join('\n')}\n\n## What changed\n\n${indent(changed)}\n`);
console.log(readFileSync(path, 'utf8'));
if (checks.some(([, found]) => found !== '')) process.exitCode = 1;

/** What git found; both commands that look for something end with 1 or 2 when they did or did not find it. */
function git(...args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: repository, encoding: 'utf8' });
  if (error !== undefined || status === null || status > 2) throw error ?? new Error(`git ${args[0]}: ${stderr}`);
  return stdout.trimEnd();
}

function missing(pattern) {
  const code = readFileSync(join(repository, module), 'utf8');
  return functions
    .map(({ name }) => ({ name, wanted: pattern(name) }))
    .filter(({ wanted }) => (typeof wanted === 'string' ? !code.includes(wanted) : !wanted.test(code)))
    .map(({ name }) => name)
    .join('\n');
}

function indent(text) {
  return text.replaceAll(/^/gm, '    ');
}
