import { existsSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseBackend } from '../../src/backend/backend-place.ts';
import { listRunsAt } from '../../src/prune/known-runs.ts';
import { removeRuns } from '../../src/prune/remove-runs.ts';
import { isAlive, orchFile, Playground, until, waitForGo } from '../orch-process.ts';

const unsearchable = fileURLToPath(new URL('../unsearchable-folders.mjs', import.meta.url));
const refusing = fileURLToPath(new URL('./refusing-removals.mjs', import.meta.url));

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  ground.plan([{ name: 'a', command: 'echo from a' }]);
});
afterEach(() => ground[Symbol.dispose]());

const execute = async (run: string, ...more: readonly string[]): Promise<void> => {
  const { code, stderr } = await ground.orch('execute', 'plan.json', '--run-id', run, '--output', 'none', ...more);
  if (code !== 0) throw new Error(stderr);
};

/** A run whose driver was killed, and whose command goes on; answers its process id. */
async function interrupted(...more: readonly string[]): Promise<number> {
  ground.plan([{ name: 'a', command: waitForGo }]);
  const driver = ground.start(['execute', 'plan.json', '--run-id', 'one', '--output', 'none', ...more]);
  await until(
    () => ground.lines('starts').length === 1,
    () => 'the start',
  );
  driver.kill('SIGKILL');
  await driver.ended;
  return Number(ground.lines('starts')[0]);
}

test('an interrupted run whose journal is not beside its logs goes with them', async () => {
  const pid = await interrupted('--backend', 'sqlite');
  const { code, stderr } = await ground.orch('prune', '--keep-last', '0', '--status', 'interrupted');
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^Removed 1 run, and freed [\d.]+ kB\./m);
  expect(isAlive(pid)).toBe(false);
  expect(readdirSync(ground.path('.orch/runs'))).toEqual([]);
  expect(await ground.orch('doctor')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing damaged') });
});

test('an interrupted run that was started from another state folder is removed from there only', async () => {
  const backend = ['--backend', `sqlite:${ground.path('shared.db')}`];
  const pid = await interrupted('--state-dir', 'there', ...backend);
  const prune = ['prune', '--keep-last', '0', '--status', 'interrupted', ...backend];
  for (const more of [['--dry-run'], []]) {
    const { code, stderr } = await ground.orch(...prune, '--state-dir', 'here', ...more);
    expect(code).toBe(4);
    expect(stderr).toContain(`"a" of run one was started from the state folder ${ground.path('there')}`);
  }
  expect(isAlive(pid)).toBe(true);
  expect(await ground.orch(...prune, '--state-dir', 'there')).toMatchObject({ code: 0 });
  expect(isAlive(pid)).toBe(false);
  expect(readdirSync(ground.path('there/runs'))).toEqual([]);
});

test('where the file that names the backends is damaged no logs go: a copy may have them', async () => {
  await execute('one');
  await ground.orch('copy', 'one', '--to', 'sqlite:one.db');
  const file = '.orch/backends.json';
  ground.write(file, ground.read(file).replace('one.db', 'two.db'));
  for (const more of [['--dry-run'], []]) {
    const { code, stderr } = await ground.orch('prune', '--keep-last', '0', ...more);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^warning: run one stays: .*copy of run one.* \[ORCH_STATE_BACKENDS\]$/m);
    expect(stderr.match(/is damaged in line/g)).toHaveLength(1);
  }
  writeFileSync(ground.path('.orch/runs/one/.removing'), '');
  renameSync(ground.path('.orch/runs/one/journal-1'), ground.path('journal'));
  rmSync(ground.path('.orch/runs/one/run.json'));
  expect((await ground.orch('prune', '--keep-last', '0')).code).toBe(5);
  expect((await ground.orch('logs', 'one', '--backend', 'sqlite:one.db')).stdout).toContain('from a');
});

/** The journal of run one beside its logs is damaged: so that it can be listed, or not even that. */
const damages = {
  'in its middle': () => {
    const journal = ground.read('.orch/runs/one/journal-1');
    ground.write('.orch/runs/one/journal-1', journal.replace('from a', 'from b'));
  },
  'from its beginning': () => {
    ground.write('.orch/runs/one/journal-1', 'nonsense');
    ground.write('.orch/runs/one/run.json', '{}');
  },
};

test.each(Object.entries(damages))(
  'a run that is damaged %s keeps its copies: what is beside its logs would go with them',
  async (_where, damage) => {
    await execute('one');
    await ground.orch('copy', 'one', '--to', 'sqlite');
    damage();
    const before = ground.read('.orch/runs/one/journal-1');
    for (const more of [['--dry-run'], []]) {
      const { code, stderr } = await ground.orch('prune', '--keep-last', '0', ...more);
      expect(code).toBe(5);
      expect(stderr).toMatch(/^warning: run one stays.*shares its logs/m);
      expect(stderr).toMatch(/^Nothing (was removed|is to go)\./m);
    }
    expect(ground.read('.orch/runs/one/journal-1')).toBe(before);
    const { runId } = await ground.json<{ runId: string }>('show', 'one', '--backend', 'sqlite', '--json');
    expect(runId).toBe('one');
    expect((await ground.orch('logs', 'one', '--backend', 'sqlite')).stdout).toContain('from a');
    expect(readdirSync(ground.path('.orch/runs/one')).filter((name) => name.startsWith('.removing'))).toEqual([]);
  },
);

test.each([
  ['sqlite', ['json', 'sqlite']],
  ['json', ['json']],
])('of a run and its copy the one in %s was taken up since: logs stay', async (backend, staying) => {
  await execute('one');
  await ground.orch('copy', 'one', '--to', 'sqlite');
  const directory = ground.path('.orch');
  const listed = await Promise.all(
    ['json', 'sqlite'].map((name) => listRunsAt(parseBackend(name, { from: '', directory }), directory)),
  );
  await ground.orch('recover', 'one', '--from', 'a', '--output', 'none', '--backend', backend);
  const { removed, left } = await removeRuns(
    listed.flatMap(({ runs }) => runs),
    { stateDir: directory, directory, isUnsure: false, dryRun: false },
  );
  expect(left.map(({ run, error }) => `${run.at.name} ${error.code}`).toSorted()).toEqual(
    staying.map((name) => `${name} ${name === backend ? 'ORCH_RUN_UNFINISHED' : 'ORCH_RUN_AMBIGUOUS'}`),
  );
  expect(removed.map(({ run }) => run.at.name)).toEqual(['json', 'sqlite'].filter((name) => !staying.includes(name)));
  expect((await ground.orch('logs', 'one', '--backend', backend)).stdout).toContain('from a');
  expect(readdirSync(ground.path('.orch/runs/one')).filter((name) => name.startsWith('.removing'))).toEqual([]);
});

test('a run whose files can not be removed is gone, and no word says that nothing was', async () => {
  for (const run of ['one', 'two']) await execute(run);
  const program = [process.execPath, '--import', refusing, orchFile];
  const { code, stderr } = await ground.start(['prune', '--keep-last', '0'], { program }).ended;
  expect(code).toBe(5);
  expect(stderr.match(/^warning: run (one|two) is gone, but files of it are left: /gm)).toHaveLength(2);
  expect(stderr).toMatch(/^2 runs are gone but for files of them\. 0 runs stay\.$/m);
  const again = await ground.orch('prune', '--keep-last', '0');
  expect(again.stderr).toMatch(/^Removed 0 runs, what 2 earlier removals left, /m);
  expect(readdirSync(ground.path('.orch/runs'))).toEqual(['.epochs']);
});

test('where the disk is too full to take a run, it is said what to do', async () => {
  await execute('one');
  const full = ground.write(
    'full.mjs',
    `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
fs.writeSync = () => {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
};
syncBuiltinESMExports();
`,
  );
  const program = [process.execPath, '--import', full, orchFile];
  const { code, stderr } = await ground.start(['prune', '--keep-last', '0'], { program }).ended;
  expect(code, stderr).toBe(5);
  expect(stderr).toMatch(/^warning: run one stays: .*ENOSPC/m);
  expect(stderr).toMatch(/^To remove a run takes some kB itself: make room for them by hand, then prune again\.$/m);
  expect(await ground.orch('prune', '--keep-last', '0')).toMatchObject({ code: 0 });
});

test('a folder that may be listed only keeps no run: neither its own nor another', async () => {
  ground.plan([{ name: 'a', command: 'cd "$ORCH_ARTIFACTS"; mkdir -p shut/in; touch shut/in/file; chmod 444 shut' }]);
  await execute('shut');
  ground.plan([{ name: 'a', command: 'true' }]);
  await execute('open');
  const program = [process.execPath, '--import', unsearchable, orchFile];
  const dry = await ground.start(['prune', '--keep-last', '0', '--dry-run'], { program }).ended;
  expect(dry.code, dry.stderr).toBe(0);
  expect(dry.stderr).toMatch(/^Would remove 2 runs, /m);
  const { code, stderr } = await ground.start(['prune', '--keep-last', '0'], { program }).ended;
  expect(code, stderr).toBe(0);
  expect(readdirSync(ground.path('.orch/runs'))).toEqual(['.epochs']);
});

test('the logs of a run and its copy count once', async () => {
  ground.plan([{ name: 'a', command: 'head -c 1000000 /dev/zero' }]);
  await execute('one');
  await ground.orch('copy', 'one', '--to', 'sqlite');
  for (const more of [['--dry-run'], []]) {
    const prune = ['prune', '--keep-last', '0', '--json', ...more];
    const { bytes, removed } = await ground.json<{ bytes: number; removed: readonly object[] }>(...prune);
    expect(removed).toHaveLength(2);
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(1_500_000);
  }
});

test('the backend of a run that goes is noted before its logs are marked', async () => {
  for (const run of ['one', 'two']) await execute(run, '--backend', 'sqlite:one.db');
  rmSync(ground.path('.orch/backends.json'));
  const prune = ['prune', '--keep-last', '1', '--backend', 'sqlite:one.db'];
  await ground.orch(...prune, '--dry-run');
  expect(existsSync(ground.path('.orch/backends.json'))).toBe(false);
  expect((await ground.orch(...prune)).code).toBe(0);
  expect(ground.read('.orch/backends.json')).toContain('one.db');
});

test('a run that was taken up since it was listed stays, with its logs and without a mark', async () => {
  ground.plan([{ name: 'a', command: 'mkdir -p "$ORCH_ARTIFACTS/ro"; chmod 555 "$ORCH_ARTIFACTS/ro"' }]);
  await execute('one', '--backend', 'sqlite');
  const directory = ground.path('.orch');
  const at = parseBackend('sqlite', { from: '--backend', directory });
  const { runs } = await listRunsAt(at, directory);
  await ground.orch('recover', 'one', '--from', 'a', '--output', 'none');
  const { removed, left } = await removeRuns(runs, { stateDir: directory, directory, isUnsure: false, dryRun: false });
  expect(removed).toEqual([]);
  expect(left).toMatchObject([{ error: { code: 'ORCH_RUN_UNFINISHED' }, isGone: false }]);
  expect(readdirSync(ground.path('.orch/runs/one')).toSorted()).toEqual(['artifacts', 'attempts']);
  expect(statSync(ground.path('.orch/runs/one/artifacts/ro')).mode & 0o777).toBe(0o555);
});

test('what earlier removals left goes beside a damaged run, which keeps its own logs', async () => {
  for (const run of ['one', 'two']) await execute(run, '--backend', 'sqlite');
  await execute('bad', '--backend', 'json:elsewhere');
  ground.write('elsewhere/runs/bad/journal-1', 'nonsense');
  ground.write('elsewhere/runs/bad/run.json', '{}');
  for (const run of ['two', 'bad']) ground.write(`.orch/runs/${run}/.removing`, '');
  rmSync(ground.path('.orch/orch.db'));
  const { code, stderr } = await ground.orch('prune', '--keep-last', '9');
  expect(code).toBe(5);
  expect(stderr).toMatch(/^Removed 0 runs, what 1 earlier removal left, /m);
  expect(readdirSync(ground.path('.orch/runs')).filter((name) => !name.startsWith('.'))).toEqual(['bad', 'one']);
});

test('a run that was copied since it was listed stays, and the copy has its logs', async () => {
  await execute('one');
  const directory = ground.path('.orch');
  const { runs } = await listRunsAt(parseBackend('json', { from: '', directory }), directory);
  await ground.orch('copy', 'one', '--to', 'sqlite:late.db');
  const { removed, left } = await removeRuns(runs, { stateDir: directory, directory, isUnsure: false, dryRun: false });
  expect(removed).toEqual([]);
  expect(left).toMatchObject([{ error: { code: 'ORCH_RUN_AMBIGUOUS' }, isGone: false }]);
  expect((await ground.orch('logs', 'one', '--backend', 'sqlite:late.db')).stdout).toContain('from a');
  expect(readdirSync(ground.path('.orch/runs/one')).filter((name) => name.startsWith('.removing'))).toEqual([]);
});

test('--dry-run promises what prune does: neither a damaged run nor a link', async () => {
  for (const run of ['one', 'two', 'three']) await execute(run);
  renameSync(ground.path('.orch/runs/one'), ground.path('moved'));
  symlinkSync(ground.path('moved'), ground.path('.orch/runs/one'));
  const journal = ground.read('.orch/runs/two/journal-1');
  ground.write('.orch/runs/two/journal-1', journal.replace('from a', 'from b'));
  const dry = await ground.orch('prune', '--keep-last', '0', '--dry-run');
  expect(dry.code).toBe(5);
  expect(dry.stderr).toMatch(/^warning: run one stays: .*\[ORCH_STATE_FOREIGN\]$/m);
  expect(dry.stderr).toMatch(/^warning: run two stays: .*\[ORCH_JOURNAL_DAMAGED\]$/m);
  expect(dry.stderr).toMatch(/^Would remove 1 run, .* 2 runs stay\. Nothing was removed\.$/m);
  const { code, stderr } = await ground.orch('prune', '--keep-last', '0');
  expect(code).toBe(5);
  expect(stderr).toMatch(/^Removed 1 run, .* 2 runs stay\.$/m);
});
