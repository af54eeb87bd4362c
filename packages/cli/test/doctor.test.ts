import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { available } from '../../../test/hard/need.ts';
import { startRedis } from '../../backend-redis/test/redis-server.ts';
import { Playground } from './orch-process.ts';
import { writeRun } from './write-run.ts';

let ground: Playground;
beforeEach(async () => {
  ground = new Playground();
  ground.plan([{ name: 'a', command: 'true' }]);
  for (const run of ['one', 'two']) await ground.orch('execute', 'plan.json', '--run-id', run, '--output', 'none');
});
afterEach(() => ground[Symbol.dispose]());

interface Answer {
  readonly runs: number;
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly run?: string }[];
}

const inRun = (name: string): string => ground.path('.orch/runs/one', name);

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

async function codes(): Promise<string[]> {
  const { findings } = await ground.json<Answer>('doctor', '--json');
  return findings.map(({ code, severity, run = '' }) => `${severity} ${run} ${code}`);
}

describe('doctor', () => {
  test('a sound folder: one line for each that is good, exit code 0; no folder at all is no finding', async () => {
    const { code, stdout, stderr } = await ground.orch('doctor');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^ok +orch \d\S+, Node \d\S+, linux \w+$/),
      expect.stringMatching(/^ok +commands can be run/),
      expect.stringMatching(/^ok +commands that outlive orch are adopted/),
      expect.stringMatching(/^ok +what is compiled is kept in \S+$/),
      expect.stringMatching(/^ok +\S+\/\.orch is for this user only/),
      expect.stringMatching(/^ok +the disk of \S+\/\.orch: [\d.]+ [MGT]B and \d+ inodes free$/),
      'ok       the backend json can be read',
      expect.stringMatching(/^\/.*\/\.orch: 2 runs, nothing damaged\. Nothing was changed\.$/),
      '',
    ]);
    expect(stderr).toBe('');
    expect(await ground.json('doctor', '--state-dir', 'none', '--json')).toMatchObject({ runs: 0, findings: [] });
    expect(readdirSync(ground.folder)).not.toContain('none');
  });

  test('damage: file, byte and next step, exit code 5, and nothing is changed', async () => {
    flip(inRun('journal-1'), 700);
    const before = readFileSync(inRun('journal-1'));
    const { code, stdout } = await ground.orch('doctor');
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /^error {4}run one: \/.*\/one\/journal-1 is damaged at byte \d+: .*\. \[ORCH_JOURNAL_DAMAGED\]\n {9}Nothing was changed\. Restore/,
    );
    expect(stdout).toMatch(/: 2 runs, 1 error\. /);
    expect(readFileSync(inRun('journal-1')).equals(before)).toBe(true);
    expect(await ground.json('doctor', '--json')).toMatchObject({
      node: process.versions.node,
      runs: 2,
      findings: [
        {
          code: 'ORCH_JOURNAL_DAMAGED',
          severity: 'error',
          run: 'one',
          file: inRun('journal-1'),
          offset: expect.any(Number),
        },
      ],
    });
  });

  test('what is harmless is noted, and leaves the exit code 0', async () => {
    rmSync(inRun('run.json'));
    writeFileSync(inRun('.new-1-left'), '');
    mkdirSync(ground.path('.orch/runs/.new-1-run'));
    writeFileSync(inRun('attempts/a.1.deadbeef.log'), '');
    mkdirSync(ground.path('.orch/runs/empty'));
    chmodSync(ground.path('.orch'), 0o755);
    expect(await codes()).toEqual([
      'warning  ORCH_STATE_ACCESS',
      'note  ORCH_STATE_LEFTOVER',
      'warning empty ORCH_STATE_FOREIGN',
      'note one ORCH_STATE_SUMMARY',
      'note one ORCH_STATE_LEFTOVER',
      'note one ORCH_STATE_ATTEMPT',
    ]);
    expect((await ground.orch('doctor')).code).toBe(0);
  });

  test('a journal that a crash cut off is noted, and recover goes on', async () => {
    const journal = inRun('journal-1');
    const lines = readFileSync(journal, 'latin1').split(/(?<=\n)/);
    // Without the end that the holder wrote; `run.json` names it, so that goes too.
    writeFileSync(journal, lines.slice(0, -1).join('') + lines.at(-1)?.slice(0, 20), 'latin1');
    rmSync(inRun('run.json'));
    expect(await codes()).toEqual(['note one ORCH_STATE_UNFINISHED', 'note one ORCH_STATE_SUMMARY']);
    expect((await ground.orch('recover', 'one')).code).toBe(0);
  });
});

test('hints lead to the same state folder', async () => {
  const state = ['--state-dir', ground.path('.orch')];
  writeFileSync(inRun('attempts/a.1.deadbeef.log'), '');
  const { stdout } = await ground.orch('doctor', ...state);
  expect(stdout).toContain(`orch recover one --state-dir ${ground.path('.orch')}\n`);
  expect((await ground.orch('doctor')).stdout).toContain('orch recover one\n');
});

test('a run from the future: the clock is behind', async () => {
  const at = Date.now() + 3_600_000;
  const phases = [{ name: 'a', kind: 'function', options: {} }];
  const created = { type: 'run.created' as const, version: 1, at, epoch: 1, workflow: { id: 'demo', phases } };
  await writeRun(ground.path('.orch'), { run: 'later', status: 'failed', events: [created as never] });
  const { findings } = await ground.json<Answer>('doctor', '--json');
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'ORCH_HOST_LIMITED', severity: 'warning', run: 'later' }),
  );
});

test('logs of a run whose removal was killed are a note, and no damage', async () => {
  mkdirSync(ground.path('.orch/runs/gone/attempts'), { recursive: true });
  expect(await codes()).toEqual(['error gone ORCH_STATE_FOREIGN']);
  writeFileSync(ground.path('.orch/runs/gone/.removing'), '');
  expect(await codes()).toEqual(['note gone ORCH_STATE_LEFTOVER']);
  expect((await ground.orch('doctor')).stdout).toContain(': 2 runs, nothing damaged, 1 note.');
});

describe.runIf(available('redis'))('on Redis', () => {
  test('a server that keeps nothing is warned of, and one that is away is an error', async () => {
    const server = await startRedis(['--save', '', '--appendonly', 'no']);
    const backend = ['--backend', server.url];
    const open = await ground.orch('doctor', ...backend);
    expect(open.stdout).toMatch(/^warning +Redis \S+ at \S+ keeps nothing on disk.*\[ORCH_BACKEND_SETTINGS\]$/m);
    expect(open.stdout).toMatch(/^ok +the backend redis:\S+ can be read$/m);
    expect(open.code).toBe(0);
    await server.stop();
    const away = await ground.start(['doctor', ...backend], { env: { ORCH_REDIS_RECONNECT: '1ms' } }).ended;
    expect(away.stdout).toMatch(/^error +redis:.*\[ORCH_BACKEND_UNAVAILABLE\]$/m);
    expect(away.stdout).not.toMatch(/^ok +the backend redis/m);
    expect(away.code).toBe(5);
  });
});

describe('a damaged run', () => {
  test('is refused with 5, and keeps no other from being found and listed', async () => {
    flip(inRun('journal-1'), 700);
    rmSync(inRun('run.json'));
    cpSync(ground.path('.orch/runs/two'), ground.path('.orch/runs/two.bak'), { recursive: true });
    for (const command of ['show', 'events', 'recover', 'logs', 'cancel']) {
      const { code, stderr } = await ground.orch(command, 'one');
      expect(stderr).toContain('[ORCH_JOURNAL_DAMAGED]');
      expect(code, command).toBe(5);
    }
    const { code, stdout, stderr } = await ground.orch('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^two +demo +completed/m);
    expect(stdout).not.toMatch(/^(one|two\.bak)/m);
    expect(stderr).toMatch(/^warning: run one can't be listed: .* at byte \d+/m);
    expect(stderr).toMatch(/^warning: run two\.bak can't be listed: .*it belongs to epoch 1 of run two/m);
    expect(await ground.orch('show', 'two')).toMatchObject({ code: 0 });
  });
});
