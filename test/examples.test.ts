import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-examples-'));
  mkdirSync(join(folder, 'bin'));
  const orch = join(folder, 'bin', 'orch');
  const main = join(root, 'packages', 'cli', 'src', 'main.ts');
  writeFileSync(orch, `#!/bin/sh\nexec '${process.execPath}' --conditions=source '${main}' "$@"\n`);
  chmodSync(orch, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a line of shell with `orch` on PATH. */
function shell(line: string, cwd: string): Promise<Ended> {
  const path = [join(folder, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const { NODE_OPTIONS: _options, ORCH_STATE: _state, ...env } = process.env;
  const child = spawn('sh', ['-c', line], { cwd, env: { ...env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** A copy of an example without what earlier runs of it left. */
function copyOf(example: string): string {
  const copy = join(folder, example);
  cpSync(join(root, 'examples', example), copy, { recursive: true, filter: isOurs });
  return copy;
}

function isOurs(path: string): boolean {
  return !['.scratch', '.orch'].includes(basename(path));
}

/** The ```sh blocks of a page. */
function shellBlocks(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)].map((match) => match[1] ?? '');
}

test('standard-phases does what its README says', async () => {
  const example = copyOf('standard-phases');
  const [commands = ''] = shellBlocks(join(example, 'README.md'));
  const { code, output } = await shell(`set -e\n${commands}`, example);
  expect(output).toMatch(/completed +review/);
  expect(code).toBe(0);
  expect(readFileSync(join(example, '.scratch', 'notes', 'review.md'), 'utf8')).toContain('secrets: nothing found');
  const { output: log } = await shell('git -C .scratch/repository log --format=%s', example);
  expect(log).toBe('Convert to fahrenheit and kilograms\nConvert miles\n');
  const { output: tests } = await shell('orch logs standard-phases test', example);
  expect(tests).toMatch(/pass 3/);
});

test('survive-a-kill adopts the command that orch was killed under', async () => {
  const example = copyOf('survive-a-kill');
  const [commands = ''] = shellBlocks(join(example, 'README.md'));
  const { code, output } = await shell(commands, example);
  expect(output).toMatch(/adopted +count/);
  expect(output).toContain('counted to 6 in 1 start\n');
  expect(code).toBe(0);
});

/** Lines that get a reader the repository: a test has it. */
const gettingIt = /^(npm|git clone|cd) /;

/** What a reader of the front page types, in a copy of the examples. */
test('the shell blocks of the README run', { timeout: 120_000 }, async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const copy = join(folder, 'copy');
  cpSync(join(root, 'examples'), join(copy, 'examples'), { recursive: true, filter: isOurs });
  cpSync(join(folder, 'bin'), join(copy, 'node_modules', '.bin'), { recursive: true });
  const blocks = existsSync(readme) ? shellBlocks(readme) : [];
  for (const block of blocks) {
    const named = [...block.matchAll(/^npm (?:run )?([\w-]+)/gm)].map((match) => match[1]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named.filter((name) => name !== 'install')));
    // Here it would wait for the machine a second time: CI has it.
    if (process.env['CI'] !== undefined && named.includes('start'))
      expect(await shell('npm start', root)).toMatchObject({ code: 0 });
    const rest = block.split('\n').filter((line) => !gettingIt.test(line));
    expect({ block, ...(await shell(`set -e\n${rest.join('\n')}`, copy)) }).toMatchObject({ block, code: 0 });
  }
});
