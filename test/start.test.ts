import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const orch = join(root, 'packages/cli/bin/orch.js');
/** Spawns a command and waits for it, and does nothing else: `npm run bench -- s10` measures `orch execute` by it. */
const floor = join(root, 'bench/programs/commands-floor.mjs');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-start-'));
  writeFileSync(
    join(folder, 'list.cjs'),
    "process.on('exit', () => require('node:fs').writeFileSync('loaded', process.moduleLoadList.join('\\n')));",
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The modules of Node that a program has loaded when it ends, but for those that others are made of. */
function loadedBy(exitCode: number, ...args: readonly string[]): readonly string[] {
  const env = { ...process.env, HOME: folder, NODE_OPTIONS: '', XDG_CACHE_HOME: '', NODE_COMPILE_CACHE: '' };
  const ended = spawnSync(process.execPath, ['--require', './list.cjs', ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  expect(ended, ended.stderr).toMatchObject({ status: exitCode });
  const list = readFileSync(join(folder, 'loaded'), 'utf8').split('\n');
  return list.flatMap((line) => /^NativeModule (?!internal\/)(.+)$/.exec(line)?.[1] ?? []);
}

function beyond(loaded: readonly string[], atLeast: readonly string[]): readonly string[] {
  return loaded.filter((name) => !atLeast.includes(name)).toSorted();
}

/**
 * `os` for the name of the machine, which stands in the journal; `vm` to take what was compiled; `process`, which is the object
 * that is there already. Others, such as `crypto` and `zlib`, take some milliseconds each.
 */
const neededByRuns = ['os', 'process', 'vm'];

describe('what orch loads of Node when it starts', () => {
  it('to execute a plan, and to recover its run: what a program loads that spawns a command, and three more', () => {
    const plan = { workflow_id: 'w', phases: [{ name: 'one thing', command: 'test -e there' }] };
    writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
    const spawning = loadedBy(0, floor, '1', '1', 'true');
    // What was compiled of it is made at the first time, and taken the second.
    for (const id of ['first', 'second'])
      expect(beyond(loadedBy(1, orch, 'execute', 'plan.json', '--run-id', id), spawning), id).toEqual(neededByRuns);
    writeFileSync(join(folder, 'there'), '');
    for (const id of ['first', 'second'])
      expect(beyond(loadedBy(0, orch, 'recover', id), spawning), id).toEqual(neededByRuns);
  });

  it('to say how it is used: what an empty program does', () => {
    writeFileSync(join(folder, 'empty.mjs'), '');
    expect(beyond(loadedBy(0, orch, '--help'), loadedBy(0, 'empty.mjs'))).toEqual([]);
  });
});
