import { chmodSync, cpSync, existsSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addToBackendsText, readBackendsText } from '../src/backend/backends-file.ts';
import { orchFile, Playground, until, waitForGo } from './orch-process.ts';
import type { OrchProcess } from './orch-process.ts';

const unsearchable = fileURLToPath(new URL('./unsearchable-folders.mjs', import.meta.url));

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

test.each([
  ['json', ['--state-dir', 'copy']],
  ['sqlite', ['--backend', 'sqlite:copy']],
])('of %s has finished and driven runs, and can be recovered', async (backend, read) => {
  ground.plan([{ name: 'a', command: 'echo from a' }], { name: 'short.json' });
  await ground.orch('execute', 'short.json', '--backend', backend, '--run-id', 'done');
  ground.plan([
    { name: 'a', command: 'true' },
    { name: 'b', command: waitForGo, depends_on: ['a'] },
  ]);
  const driver = ground.start(['execute', 'plan.json', '--backend', backend, '--run-id', 'driven']);
  await until(
    () => ground.lines('starts').length === 1,
    () => 'the start',
  );
  const { code, stderr } = await ground.orch('backup', 'copy', '--backend', backend);
  expect(stderr).toContain(`in ${ground.path('copy')} now`);
  expect(code).toBe(0);
  writeFileSync(ground.path('go'), '');
  expect(await driver.ended).toMatchObject({ code: 0 });
  expect(await ground.json('list', '--json', ...read)).toMatchObject([
    { runId: 'driven', status: 'interrupted', completed: 1 },
    { runId: 'done', status: 'completed' },
  ]);
  expect((await ground.orch('logs', 'done', 'a', ...read)).stdout).toBe('from a\n');
  expect(await ground.orch('doctor', ...read)).toMatchObject({ code: 0 });
  expect(await ground.orch('recover', 'driven', ...read)).toMatchObject({ code: 0 });
  expect(await ground.orch('backup', 'copy', '--backend', backend)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is there already'),
  });
});

test('of JSON files beside another state folder has their logs', async () => {
  ground.plan([{ name: 'a', command: 'echo from a' }]);
  const backend = `json:${ground.path('journals')}`;
  await ground.orch('execute', 'plan.json', '--backend', backend, '--run-id', 'one');
  expect(await ground.orch('backup', 'copy', '--backend', backend)).toMatchObject({ code: 0 });
  expect((await ground.orch('logs', 'one', 'a', '--state-dir', 'copy')).stdout).toBe('from a\n');
});

test('has links between artifacts as they were written, so that they outlive the run', async () => {
  ground.plan([{ name: 'a', command: 'cd "$ORCH_ARTIFACTS"; echo kept > file; ln -s file link; ln -s /nowhere dead' }]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  expect(await ground.orch('backup', 'copy')).toMatchObject({ code: 0 });
  expect(await ground.orch('prune', '--keep-last', '0')).toMatchObject({ code: 0 });
  expect(ground.read('copy/runs/one/artifacts/link')).toBe('kept\n');
  expect(readlinkSync(ground.path('copy/runs/one/artifacts/dead'))).toBe('/nowhere');
});

/** A backup with some JavaScript before it. */
const backupWith = (script: string): OrchProcess => ground.startWith(script, ['backup', 'copy']);

/** A backup that a file of the original is refused to. */
function refusing(file: string, why: string): OrchProcess {
  return backupWith(`const { copyFile } = fs.promises;
fs.promises.copyFile = async (from, to) => {
  if (!from.endsWith('${file}')) return copyFile(from, to);
  throw Object.assign(new Error('${why}: ' + from), { code: '${why}', path: from });
};`);
}

test('leaves out what may not be read, names it, and ends with 5: the rest is there', async () => {
  ground.plan([{ name: 'a', command: 'cd "$ORCH_ARTIFACTS"; echo x > closed; echo y > open; mkfifo pipe' }]);
  for (const run of ['one', 'two']) await ground.orch('execute', 'plan.json', '--run-id', run);
  const { code, stderr } = await refusing('two/artifacts/closed', 'EACCES').ended;
  expect(code).toBe(5);
  expect(stderr).toMatch(/^warning: of run two \S+\/two\/artifacts\/closed is left out: it may not be read\.$/m);
  expect(stderr).toContain('\n2 runs of ');
  const artifacts = (run: string): readonly string[] =>
    readdirSync(ground.path('copy/runs', run, 'artifacts'), { recursive: true }).map(String);
  expect(artifacts('one').toSorted()).toEqual(['closed', 'open']);
  expect(artifacts('two')).toEqual(['open']);
  expect((await ground.orch('list', '--state-dir', 'copy')).stdout.match(/completed/g)).toHaveLength(2);
});

test('leaves out what is in a folder that may be listed only, and names it', async () => {
  ground.plan([
    { name: 'a', command: 'cd "$ORCH_ARTIFACTS"; mkdir shut; touch shut/file; chmod 444 shut; echo y > open' },
  ]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  const program = [process.execPath, '--import', unsearchable, orchFile];
  const { code, stderr } = await ground.start(['backup', 'copy'], { program }).ended;
  chmodSync(ground.path('.orch/runs/one/artifacts/shut'), 0o755);
  expect(code).toBe(5);
  expect(stderr).toMatch(/^warning: of run one \S+\/artifacts\/shut\/file is left out: it may not be read\.$/m);
  expect(readdirSync(ground.path('copy/runs/one/artifacts'))).toEqual(['open', 'shut']);
});

test('that comes to no end leaves nothing that looks like one', async () => {
  ground.plan([{ name: 'a', command: 'echo x > "$ORCH_ARTIFACTS/file"' }]);
  for (const run of ['one', 'two']) await ground.orch('execute', 'plan.json', '--run-id', run);
  const { code, stderr } = await refusing('one/artifacts/file', 'ENOSPC').ended;
  expect(code).toBe(5);
  expect(stderr).toContain('orch: ENOSPC');
  expect(readdirSync(ground.folder).filter((name) => name.startsWith('copy'))).toEqual([]);
  expect(await ground.orch('backup', 'copy')).toMatchObject({ code: 0 });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])('that is stopped by %s says so and leaves nothing', async (signal, expected) => {
  ground.plan([{ name: 'a', command: 'cd "$ORCH_ARTIFACTS"; echo x > one; echo y > two' }]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  const { code, stderr } = await backupWith(`const { copyFile } = fs.promises;
fs.promises.copyFile = async (from, to) => {
  await copyFile(from, to);
  // A signal that is waited for keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  const heard = new Promise((resolve) => process.once('${signal}', resolve));
  process.kill(process.pid, '${signal}');
  await heard;
  clearInterval(alive);
};`).ended;
  expect(code, stderr).toBe(expected);
  expect(stderr).toBe(`Stopped by ${signal}: there is no ${ground.path('copy')}, and nothing is left of it.\n`);
  expect(readdirSync(ground.folder).filter((name) => name.startsWith('copy'))).toEqual([]);
});

describe('beside what a killed one left', () => {
  /** A backup as it was before the end of its run, and a run that is not there any more. */
  const leaveDraft = async (name: string): Promise<void> => {
    ground.plan([{ name: 'a', command: 'test -e fine' }]);
    for (const run of ['one', 'gone']) await ground.orch('execute', 'plan.json', '--run-id', run);
    cpSync(ground.path('.orch'), ground.path(name), { recursive: true });
    rmSync(ground.path('.orch/runs/gone'), { recursive: true });
    ground.write('fine', '');
    expect(await ground.orch('recover', 'one')).toMatchObject({ code: 0 });
  };

  test('with the same process id has what there is now', async () => {
    await leaveDraft('copy.new-4242');
    const { code, stderr } = await backupWith("Object.defineProperty(process, 'pid', { value: 4242 });").ended;
    expect(code, stderr).toBe(0);
    const runs = await ground.json('list', '--json', '--state-dir', 'copy');
    expect(runs).toMatchObject([{ runId: 'one', status: 'completed' }]);
    expect(runs).toHaveLength(1);
  });

  test('in a folder that another writes to it fails: a run that is there may be any', async () => {
    await leaveDraft('other');
    const { code, stderr } = await backupWith(`const { mkdirSync, cpSync } = fs;
fs.mkdirSync = (path, options) => {
  const made = mkdirSync(path, options);
  if (/copy\\.new-[^/]*$/.test(path)) cpSync('other', path, { recursive: true });
  return made;
};`).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('[ORCH_RUN_EXISTS]');
    expect(existsSync(ground.path('copy'))).toBe(false);
  });
});

test('beside another one into the same place leaves that as it is, and says so', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  const { code, stderr } = await backupWith(`const { renameSync, cpSync } = fs;
fs.renameSync = (from, to) => {
  if (to.endsWith('/copy')) cpSync(from, to, { recursive: true });
  renameSync(from, to);
};`).ended;
  expect([code, stderr]).toEqual([2, expect.stringMatching(/copy is there already\.[^]*\[ORCH_CLI_USAGE\]/)]);
  expect(readdirSync(ground.folder).filter((name) => name.startsWith('copy'))).toEqual(['copy']);
});

test('leaves out a damaged run, names it, and ends with 5', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  for (const run of ['bad', 'good']) await ground.orch('execute', 'plan.json', '--run-id', run);
  const journal = ground.path('.orch/runs/bad/journal-1');
  writeFileSync(journal, readFileSync(journal, 'latin1').replace('phase.completed', 'phase.complexed'), 'latin1');
  const { code, stderr } = await ground.orch('backup', 'copy');
  expect(stderr).toMatch(/run bad[^]*1 run of/);
  expect(code).toBe(5);
  expect(await ground.json('list', '--json', '--state-dir', 'copy')).toMatchObject([{ runId: 'good' }]);
});

describe('without --backend', () => {
  const refused = (words: RegExp, code = 2): object => ({ code, stderr: expect.stringMatching(words) });

  test('refuses where the runs are elsewhere, and names where', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    await ground.orch('execute', 'plan.json', '--backend', 'sqlite');
    expect(await ground.orch('backup', 'copy')).toMatchObject(refused(/Runs are in sqlite;[^]*--backend sqlite\n/));
    expect(await ground.orch('backup', 'copy', '--backend', 'json')).toMatchObject(refused(/no runs in/, 3));
    await ground.orch('execute', 'plan.json');
    const both = /Runs are in json and in sqlite;[^]*--backend json, or --backend sqlite\n/;
    expect(await ground.orch('backup', 'copy')).toMatchObject(refused(both));
    const variable = ground.start(['backup', 'copy'], { env: { ORCH_BACKEND: 'sqlite' } });
    expect(await variable.ended).toMatchObject(refused(/Runs are in sqlite and in json/));
    expect(existsSync(ground.path('copy'))).toBe(false);
    expect(await ground.orch('backup', 'copy', '--backend', 'json')).toMatchObject({ code: 0 });
  });

  test('takes the one backend that has runs where ORCH_BACKEND names it, beside one that is away', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    await ground.orch('execute', 'plan.json', '--backend', 'sqlite');
    const known = readBackendsText(ground.read('.orch/backends.json'), () => true);
    ground.write('.orch/backends.json', addToBackendsText(known!, 'redis://127.0.0.1:1/0'));
    const { code, stderr } = await ground.start(['backup', 'copy'], { env: { ORCH_BACKEND: 'sqlite' } }).ended;
    expect(stderr).toMatch(/runs in redis:\/\/127.0.0.1:1\/0 can't be told/);
    expect(stderr).toMatch(/warning: logs, and what adopts[^]*All runs of/);
    expect(code).toBe(0);
  });

  test('writes nothing where there are no runs', async () => {
    for (const args of [[], ['--backend', 'sqlite'], ['--backend', 'json']])
      expect(await ground.orch('backup', 'copy', ...args)).toMatchObject(
        refused(/There are no runs in .*\.orch.*: nothing was written/, 3),
      );
    expect(existsSync(ground.path('copy'))).toBe(false);
  });
});

test('of Redis is the server’s own business', async () => {
  const { code, stderr } = await ground.orch('backup', 'copy', '--backend', 'redis://127.0.0.1:1');
  expect(stderr).toContain('redis-cli --rdb');
  expect(code).toBe(2);
  expect(existsSync(ground.path('copy'))).toBe(false);
});
