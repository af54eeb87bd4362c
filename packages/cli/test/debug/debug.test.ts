import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readImports } from '../../../../scripts/read-imports.ts';
import { Playground, until, waitForGo } from '../orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const env = { ORCH_DEBUG: '1' };
const go = (): void => writeFileSync(ground.path('go'), '');

/** All of them parse: none is torn or mixed with another. */
function lines(): Record<string, unknown>[] {
  return ground.lines('.orch/debug.log').map((line) => JSON.parse(line) as Record<string, unknown>);
}

const ofProcess = (pid: number | undefined): Record<string, unknown>[] => lines().filter((it) => it['pid'] === pid);
const namesOf = (all: readonly Record<string, unknown>[]): unknown[] => all.map(({ what }) => what);

test('a run that is killed and recovered: who took it, what was committed, and what became of the attempt', async () => {
  ground.plan([{ name: 'only', command: `echo a secret; ${waitForGo}` }]);
  const first = ground.start(['execute', 'plan.json', '--run-id', 'one'], { env });
  await until(
    () => ground.lines('starts').length === 1 && lines().some(({ marker }) => marker !== undefined),
    () => 'the start',
  );
  first.kill('SIGKILL');
  await first.ended;
  const second = ground.start(['recover', 'one'], { env });
  await second.says(/adopted +only/);
  go();
  expect(await second.ended).toMatchObject({ code: 0 });

  const [begun, ...before] = ofProcess(first.child.pid);
  expect(begun).toMatchObject({
    what: 'start',
    node: process.versions.node,
    args: ['execute', 'plan.json', '--run-id', 'one'],
    owner: { pid: first.child.pid },
  });
  expect(before).toContainEqual(expect.objectContaining({ what: 'create', events: ['run.created', 'run.started'] }));
  const started = before.find(({ what }) => what === 'execute began');
  expect(started).toMatchObject({ run: 'one', phase: 'only', attempt: 1 });
  const spawned = before.find(({ what, marker }) => what === 'spawn' && marker !== undefined);
  expect(spawned).toMatchObject({ program: '/bin/sh', marker: expect.stringContaining(String(started?.['key'])) });

  const after = ofProcess(second.child.pid);
  expect(namesOf(after)).not.toContain('spawn');
  expect(after).toContainEqual(
    expect.objectContaining({ what: 'look', owner: expect.stringContaining(`${first.child.pid} on `), seen: 'dead' }),
  );
  expect(after).toContainEqual(expect.objectContaining({ what: 'acquire', overEpoch: 1, status: 'held', epoch: 2 }));
  expect(after).toContainEqual(expect.objectContaining({ what: 'adopt', phase: 'only', attempt: 1, found: 'adopted' }));
  const { stdout: events } = await ground.orch('events', 'one');
  const commits = after.filter(({ what }) => what === 'append');
  expect(commits.at(-1)).toMatchObject({ status: 'ok', version: events.split('\n').length - 1 });
  expect(after.at(-1)).toMatchObject({ what: 'exit', code: 0 });
  expect(ground.read('.orch/debug.log')).not.toContain('a secret');
  expect(statSync(ground.path('.orch/debug.log')).mode & 0o777).toBe(0o600);
});

test('a signal is written, and does what it does without ORCH_DEBUG', async () => {
  ground.plan([{ name: 'only', command: waitForGo }]);
  const orch = ground.start(['execute', 'plan.json', '--run-id', 'one'], { env });
  await until(
    () => ground.lines('starts').length === 1,
    () => 'the start',
  );
  orch.kill('SIGTERM');
  expect(await orch.ended).toMatchObject({ code: 143 });
  expect(lines()).toContainEqual(expect.objectContaining({ what: 'signal', signal: 'SIGTERM' }));
  expect(lines()).toContainEqual(expect.objectContaining({ what: 'execute', phase: 'only', status: 'aborted' }));
  expect(lines().at(-1)).toMatchObject({ what: 'exit', code: 143 });
});

test('a signal that nobody listens to ends the process as ever', async () => {
  ground.plan([{ name: 'only', command: waitForGo }]);
  const orch = ground.start(['execute', 'plan.json', '--run-id', 'one'], { env });
  await orch.says(/started +only/);
  const reader = ground.start(['events', 'one', '-f'], { env });
  await until(
    () => reader.stdout.includes('phase.started'),
    () => 'events',
  );
  reader.kill('SIGTERM');
  expect(await reader.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  go();
  expect(await orch.ended).toMatchObject({ code: 0 });
});

test('two processes write at once, and no line is torn', async () => {
  ground.plan(Array.from({ length: 30 }, (_, n) => ({ name: `p${n}`, command: 'true' })));
  const both = ['one', 'two'].map((id) => ground.start(['execute', 'plan.json', '--run-id', id], { env }));
  for (const { ended } of both) expect(await ended).toMatchObject({ code: 0 });
  for (const { child } of both)
    expect(namesOf(ofProcess(child.pid)).filter((what) => what === 'execute')).toHaveLength(30);
});

test('an error has its stack there, and only there', async () => {
  ground.plan([{ name: 'only', command: 'true' }]);
  await ground.orch('execute', 'plan.json', '--run-id', 'one');
  const segment = ground.path('.orch/runs/one/journal-1');
  writeFileSync(segment, readFileSync(segment, 'utf8').replace('run.created', 'run.creaked'));
  const { code, stderr } = await ground.start(['show', 'one'], { env }).ended;
  expect(code).toBe(5);
  expect(stderr).toContain('[ORCH_JOURNAL_DAMAGED]');
  expect(stderr).not.toMatch(/^ +at /m);
  expect(lines()).toContainEqual(
    expect.objectContaining({ what: 'error', code: 'ORCH_JOURNAL_DAMAGED', stack: expect.stringMatching(/\n +at /) }),
  );
});

test.each([
  ['a folder', (path: string) => expect(mkdirSync(path)).toBeUndefined()],
  ['a pipe that nobody reads', (path: string) => expect(spawnSync('mkfifo', [path]).status).toBe(0)],
])('%s in its place disturbs nobody', async (_, put) => {
  ground.plan([{ name: 'only', command: 'true' }]);
  mkdirSync(ground.path('.orch'));
  put(ground.path('.orch/debug.log'));
  const { code, stderr } = await ground.start(['execute', 'plan.json'], { env }).ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain('debug');
});

test.runIf(process.platform === 'linux')('a place where nothing can be made disturbs nobody', async () => {
  const { code } = await ground.start(['list', '--state-dir', '/proc/1/x/y'], { env }).ended;
  expect(code).toBe(0);
});

test('without ORCH_DEBUG=1 there is no such file', async () => {
  ground.plan([{ name: 'only', command: 'true' }]);
  for (const value of ['', '0', 'true'])
    expect(await ground.start(['execute', 'plan.json'], { env: { ORCH_DEBUG: value } }).ended).toMatchObject({
      code: 0,
    });
  expect(existsSync(ground.path('.orch/debug.log'))).toBe(false);
});

test('nothing of it is loaded unless it is asked for', () => {
  const folder = 'packages/cli/src/debug/';
  const imports = readImports(join(import.meta.dirname, '../../../..'), 'cli');
  const fromOutside = imports.filter(({ from, target }) => target?.startsWith(folder) && !from.startsWith(folder));
  expect(fromOutside).toMatchObject([{ from: 'packages/cli/src/tracer.ts', kind: 'dynamic' }]);
});
