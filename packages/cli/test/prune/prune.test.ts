import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { available } from '../../../../test/hard/need.ts';
import { startRedis } from '../../../backend-redis/test/redis-server.ts';
import type { RedisServer } from '../../../backend-redis/test/redis-server.ts';
import { isAlive, Playground, until, waitForGo } from '../orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  ground.plan([{ name: 'a', command: 'echo from a; echo artifact > "$ORCH_ARTIFACTS/file"' }]);
});
afterEach(() => ground[Symbol.dispose]());

const execute = async (run: string, ...more: readonly string[]): Promise<void> => {
  const { code, stderr } = await ground.orch('execute', 'plan.json', '--run-id', run, '--output', 'none', ...more);
  if (code !== 0 && !more.includes('fails.json')) throw new Error(stderr);
};

const idsLeft = async (...more: readonly string[]): Promise<readonly string[]> => {
  const runs = await ground.json<readonly { runId: string }[]>('list', '--json', ...more);
  return runs.map(({ runId }) => runId).toSorted();
};

/** What is in the folder of the runs, apart from the epochs that outlive them. */
const inRuns = (folder = '.orch'): readonly string[] =>
  readdirSync(ground.path(folder, 'runs')).filter((name) => name !== '.epochs');

interface Answer {
  readonly dryRun: boolean;
  readonly removed: readonly { readonly runId: string; readonly backend: string; readonly bytes: number }[];
  readonly left: readonly { readonly runId?: string; readonly code: string }[];
  readonly leftovers: readonly { readonly path: string }[];
  readonly bytes: number;
  readonly kept: number;
}

const withRedis = available('redis');
let server: RedisServer | undefined;
beforeAll(async () => {
  if (withRedis) server = await startRedis();
});
afterAll(() => server?.stop());

const backends: readonly (readonly [string, () => string])[] = [
  ['json', () => 'json'],
  ['json:elsewhere', () => `json:${ground.path('elsewhere')}`],
  ['sqlite', () => 'sqlite'],
  ...(withRedis ? [['redis', () => server?.url ?? ''] as const] : []),
];

describe.each(backends)('runs in %s', (kind, backend) => {
  test('are named first, one line each, and go with their logs; the rest stays whole', async () => {
    for (const run of ['one', 'two', 'three']) await execute(run, '--backend', backend());
    const dry = await ground.orch('prune', '--keep-last', '1', '--dry-run');
    expect(dry.stdout).toMatch(/^RUN +WORKFLOW +STATUS +LAST CHANGE +ON DISK/);
    expect(dry.stdout).toMatch(/^two +demo +completed .*\none +demo +completed [^\n]*\n$/m);
    expect(dry.stderr).toMatch(/^Would remove 2 runs, and free [\d.]+ kB\. 1 run stays\. Nothing was removed\.$/m);
    expect(inRuns()).toEqual(expect.arrayContaining(['one', 'two', 'three']));
    const { code, stdout, stderr } = await ground.orch('prune', '--keep-last', '1');
    expect(code).toBe(0);
    expect(stdout).toBe(dry.stdout);
    expect(stderr).toMatch(/^Removed 2 runs, and freed [\d.]+ kB\. 1 run stays\.$/m);
    expect(/keeps its size/.test(stderr)).toBe(kind === 'sqlite');
    expect(await idsLeft()).toEqual(['three']);
    expect(inRuns()).toEqual(['three']);
    expect((await ground.orch('logs', 'three')).stdout).toContain('from a');
    expect(await ground.orch('doctor')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing damaged') });
    // The id is free again.
    await execute('one', '--backend', backend());
    expect(await idsLeft()).toEqual(['one', 'three']);
  }, 120_000);
});

test.runIf(withRedis)('a server that is warned of hides no run: that is no damage', async () => {
  const unsafe = await startRedis(['--save', '', '--appendonly', 'no']);
  try {
    await execute('one', '--backend', unsafe.url);
    await execute('two');
    const { code, stderr } = await ground.orch('prune', '--keep-last', '0');
    expect(stderr).toMatch(/^warning: Redis .* keeps nothing on disk/m);
    expect(stderr).toMatch(/^Removed 2 runs, /m);
    expect(stderr).not.toContain('damaged');
    expect(code).toBe(0);
  } finally {
    await unsafe.stop();
  }
});

describe('which runs go', () => {
  test('without a rule none: wrong usage', async () => {
    await execute('one');
    for (const args of [[], ['--workflow', 'demo'], ['--status', 'completed'], ['--dry-run']]) {
      const { code, stderr } = await ground.orch('prune', ...args);
      expect(code, args.join(' ')).toBe(2);
      expect(stderr).toContain('--older-than 30d');
    }
    expect(await idsLeft()).toEqual(['one']);
  });

  test.each([
    ['--older-than', '30'],
    ['--older-than', 'd'],
    ['--older-than', '-1d'],
    ['--keep-last', '-1'],
    ['--status', 'running'],
    ['--status', 'done'],
  ])('%s %s is refused', async (option, value) => {
    const { code, stderr } = await ground.orch('prune', '--keep-last', '1', option, value);
    expect(code).toBe(2);
    expect(stderr).toMatch(/It must|never removed|no such status/);
  });

  test('by age, workflow and status; runs that ended only', async () => {
    ground.plan([{ name: 'a', command: 'exit 3', retry_count: 1 }], { name: 'fails.json', workflow_id: 'other' });
    await execute('good');
    await ground.orch('execute', 'fails.json', '--run-id', 'bad', '--output', 'none');
    const going = async (...args: string[]): Promise<readonly string[]> => {
      const { removed } = await ground.json<Answer>('prune', '--dry-run', '--json', ...args);
      return removed.map(({ runId }) => runId).toSorted();
    };
    expect(await going('--older-than', '1d')).toEqual([]);
    expect(await going('--older-than', '0ms')).toEqual(['bad', 'good']);
    expect(await going('--older-than', '0ms', '--keep-last', '1')).toEqual([]);
    expect(await going('--keep-last', '0', '--workflow', 'other')).toEqual(['bad']);
    expect(await going('--keep-last', '0', '--status', 'completed')).toEqual(['good']);
    expect(await going('--keep-last', '0', '--status', 'completed', '--status', 'failed')).toEqual(['bad', 'good']);
    expect(await idsLeft()).toEqual(['bad', 'good']);
  });

  test('a run that is driven never; an interrupted one by its status, and what still runs of it is ended', async () => {
    ground.plan([{ name: 'a', command: waitForGo }]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one', '--output', 'none']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    const everything = ['prune', '--keep-last', '0', '--status', 'interrupted', '--status', 'completed', '--json'];
    expect(await ground.json(...everything)).toMatchObject({ removed: [], kept: 1 });
    driver.kill('SIGKILL');
    await driver.ended;
    expect(await ground.json('prune', '--keep-last', '0', '--json')).toMatchObject({ removed: [], kept: 1 });
    const pid = Number(ground.lines('starts')[0]);
    expect(isAlive(pid)).toBe(true);
    expect(await ground.json(...everything)).toMatchObject({ removed: [{ runId: 'one' }], kept: 0, left: [] });
    expect(isAlive(pid)).toBe(false);
    expect(inRuns()).toEqual([]);
  });
});

describe('what stays', () => {
  test('a damaged run is named and left alone, byte for byte, and keeps no other', async () => {
    for (const run of ['one', 'two']) await execute(run);
    const journal = ground.path('.orch/runs/one/journal-1');
    const bytes = readFileSync(journal);
    bytes[700] = (bytes[700] ?? 0) ^ 1;
    writeFileSync(journal, bytes);
    const { code, stderr } = await ground.orch('prune', '--keep-last', '0');
    expect(code).toBe(5);
    expect(stderr).toMatch(/^warning: run one stays: .*byte \d+.*\[ORCH_JOURNAL_DAMAGED\]$/m);
    expect(stderr).toMatch(/^What to do about damaged runs: orch doctor$/m);
    expect(readFileSync(journal).equals(bytes)).toBe(true);
    expect(inRuns()).toEqual(['one']);
    const elsewhere = await ground.orch('prune', '--keep-last', '0', '--state-dir', '.orch', '--json');
    expect(elsewhere.stderr).toContain(`orch doctor --state-dir ${ground.path('.orch')}`);
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ left: [{ runId: 'one', code: 'ORCH_JOURNAL_DAMAGED' }] });
  });

  test('one that can not even be listed is named', async () => {
    await execute('one');
    const { stdout } = await ground.orch('show', 'one', '--json');
    expect(stdout).toContain('one');
    writeFileSync(ground.path('.orch/runs/one/journal-1'), 'nonsense\n');
    writeFileSync(ground.path('.orch/runs/one/run.json'), '{}');
    const { code, stderr } = await ground.orch('prune', '--keep-last', '0');
    expect(code).toBe(5);
    expect(stderr).toMatch(/run one can't be listed/);
    expect(inRuns()).toEqual(['one']);
  });

  test('the folder of a run that is a link: neither the link nor what it leads to', async () => {
    await execute('one');
    renameSync(ground.path('.orch/runs/one'), ground.path('moved'));
    symlinkSync(ground.path('moved'), ground.path('.orch/runs/one'));
    const { code, stderr } = await ground.orch('prune', '--keep-last', '0');
    expect(code).toBe(5);
    expect(stderr).toMatch(/run one stays: .*symbolic link.* \[ORCH_STATE_FOREIGN\]/);
    expect(lstatSync(ground.path('.orch/runs/one')).isSymbolicLink()).toBe(true);
    expect(existsSync(ground.path('moved/journal-1'))).toBe(true);
  });

  test('what a link in the artifacts leads to', async () => {
    await execute('one');
    mkdirSync(ground.path('precious'));
    ground.write('precious/file', 'kept');
    symlinkSync(ground.path('precious'), ground.path('.orch/runs/one/artifacts/link'));
    expect((await ground.orch('prune', '--keep-last', '0')).code).toBe(0);
    expect(inRuns()).toEqual([]);
    expect(ground.read('precious/file')).toBe('kept');
  });

  test('nothing of artifacts in folders that may not be written', async () => {
    ground.plan([{ name: 'a', command: 'cd "$ORCH_ARTIFACTS"; mkdir -p ro/in; touch ro/in/file; chmod -R a-w ro' }]);
    await execute('one');
    expect(await ground.orch('prune', '--keep-last', '0')).toMatchObject({ code: 0 });
    expect(inRuns()).toEqual([]);
  });

  test.each([
    ['.', ['json:behind/.orch'], 'json'],
    ['.', ['sqlite:behind/.orch/orch.db'], 'sqlite'],
    ['elsewhere', ['json:elsewhere/there', 'json:behind/there'], `json:elsewhere/there`],
    ['elsewhere', ['json:elsewhere/there', 'json:behind/there'], `json:behind/there`],
  ])('nothing of a backend in %s that is spelled in two ways, as if there were two: %j', async (to, spellings, at) => {
    mkdirSync(ground.path('elsewhere'));
    symlinkSync(to, ground.path('behind'));
    await execute('one', '--backend', at);
    for (const [index, spelling] of spellings.entries()) await execute(`more-${index}`, '--backend', spelling);
    const dry = await ground.orch('prune', '--keep-last', '0', '--backend', at, '--dry-run');
    expect(dry.stderr).toMatch(new RegExp(`^Would remove ${spellings.length + 1} runs, `, 'm'));
    const { code, stderr } = await ground.orch('prune', '--keep-last', '0');
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(new RegExp(`^Removed ${spellings.length + 1} runs, .* 0 runs stay\\.$`, 'm'));
  });

  test('a run and its copy share their logs: with one of them only neither goes', async () => {
    await execute('one');
    await ground.orch('copy', 'one', '--to', 'sqlite');
    const only = await ground.json<Answer>('prune', '--keep-last', '0', '--backend', 'sqlite', '--json');
    expect(only).toMatchObject({ removed: [], left: [{ runId: 'one', code: 'ORCH_RUN_AMBIGUOUS' }], kept: 1 });
    expect((await ground.orch('logs', 'one', '--backend', 'json')).stdout).toContain('from a');
    const both = await ground.json<Answer>('prune', '--keep-last', '0', '--json');
    expect(both.removed.map(({ backend }) => backend).toSorted()).toEqual(['json', 'sqlite']);
    expect(inRuns()).toEqual([]);
  });

  test('a backend that can not be asked is named; it may have copies of runs with logs, and the rest is looked after', async () => {
    await execute('one');
    await execute('three', '--backend', 'sqlite');
    rmSync(ground.path('.orch/runs/three'), { recursive: true });
    ground.plan([{ name: 'a', command: 'true' }], { name: 'other.json' });
    await ground.orch('execute', 'other.json', '--backend', 'sqlite:gone/runs.db', '--run-id', 'two');
    writeFileSync(ground.path('gone/runs.db'), 'no database');
    const { code, stderr } = await ground.orch('prune', '--keep-last', '0');
    expect(code).toBe(5);
    expect(stderr).toMatch(/^warning: sqlite:\S+ was left out: /m);
    expect(stderr).toMatch(/^warning: 1 run with logs here stays: sqlite:\S+ can't be asked, and may have copies, /m);
    expect(stderr).toContain(`remove its line from ${ground.path('.orch/backends.json')}.\n`);
    expect(await idsLeft('--backend', 'json')).toEqual(['one']);
    expect(await idsLeft('--backend', 'sqlite')).toEqual([]);
    rmSync(ground.path('.orch/backends.json'));
    expect((await ground.orch('prune', '--keep-last', '0', '--backend', 'json')).code).toBe(0);
    expect(await idsLeft('--backend', 'json')).toEqual([]);
  });

  test('the logs of a run whose journal is lost: nobody said that they may go', async () => {
    await execute('one', '--backend', 'sqlite:runs.db');
    appendFileSync(ground.path('.orch/backends.json'), '');
    renameSync(ground.path('runs.db'), ground.path('away.db'));
    writeFileSync(ground.path('.orch/backends.json'), '');
    await ground.orch('prune', '--keep-last', '0');
    expect(inRuns()).toEqual(['one']);
  });
});

test('JSON says what was removed, and how much of the disk is free for it', async () => {
  await execute('one');
  const answer = await ground.json<Answer>('prune', '--older-than', '0ms', '--json');
  expect(answer).toMatchObject({
    dryRun: false,
    removed: [{ runId: 'one', workflow: 'demo', status: 'completed', backend: 'json' }],
    leftovers: [],
    left: [],
    kept: 0,
  });
  expect(answer.bytes).toBeGreaterThan(4_096);
  expect(answer.bytes).toBe(answer.removed[0]?.bytes);
});

test('where there is nothing, nothing is made', async () => {
  const { code, stderr } = await ground.orch('prune', '--keep-last', '1');
  expect(code).toBe(0);
  expect(stderr).toBe('Nothing was removed. 0 runs stay.\n');
  expect(existsSync(ground.path('.orch'))).toBe(false);
});
