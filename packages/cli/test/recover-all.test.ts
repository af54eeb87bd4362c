import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '@orch/core';
import { addToBackendsText } from '../src/backend/backends-file.ts';
import { isAlive, Playground, until, waitForGo } from './orch-process.ts';
import type { OrchProcess, Result } from './orch-process.ts';
import { Journal } from './run-events.ts';
import { writeRun } from './write-run.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const go = (): void => writeFileSync(ground.path('go'), '');

/** A run that a process drives, in its only phase. */
async function startRun(run: string, command = waitForGo, ...args: string[]): Promise<OrchProcess> {
  const before = ground.lines('starts').length;
  // Each ends only while the other one runs.
  const meet = `touch in-${run}; n=0; until test -e in-one && test -e in-two; do n=$((n+1)); test $n -lt 300 || exit 1; sleep 0.05; done`;
  const phases = run === 'one' || run === 'two' ? [{ name: 'meet', command: meet, depends_on: ['a'] }] : [];
  ground.plan([{ name: 'a', command, retry_count: 1 }, ...phases], { name: `${run}.json` });
  const driver = ground.start(['execute', `${run}.json`, '--run-id', run, ...args]);
  await until(
    () => ground.lines('starts').length > before,
    () => `the start of ${run}`,
  );
  return driver;
}

/** The same, and its process is killed. */
async function interrupted(run: string, command?: string, ...args: string[]): Promise<void> {
  const driver = await startRun(run, command, ...args);
  driver.kill('SIGKILL');
  await driver.ended;
}

test('takes up all that are interrupted, in all backends and at once, and resets nothing', async () => {
  ground.plan([{ name: 'a', command: 'exit 1', retry_count: 1 }]);
  await ground.orch('execute', 'plan.json', '--run-id', 'failed');
  await interrupted('one');
  await interrupted('two', waitForGo, '--backend', 'sqlite');
  go();
  const { code, stdout, stderr } = await ground.orch('recover', '--all', '--json');
  expect(code).toBe(0);
  for (const run of ['one', 'two']) {
    expect(stderr).toContain(`Run ${run} of demo is taken up: 0 of 2 phases are completed.\n`);
    expect(stderr).toContain(`Run ${run} of demo is completed.\n`);
  }
  expect(stderr.trimEnd().split('\n')).toHaveLength(4);
  const results = JSON.parse(stdout) as Result[];
  expect(results.map(({ run, status }) => `${run} ${status}`).toSorted()).toEqual(['one completed', 'two completed']);
  expect((await ground.json<Result>('show', 'failed', '--json')).phases).toMatchObject([{ status: 'failed' }]);
  const again = await ground.orch('recover', '--all');
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('No run is interrupted') });
});

test('leaves what is driven elsewhere alone, and ends with the worst code', async () => {
  const driver = await startRun('driven');
  await interrupted('good');
  await interrupted('bad', `${waitForGo}; exit 3`);
  const all = ground.start(['recover', '--all']);
  await all.says(/Run bad of demo is taken up/);
  go();
  const { code, stderr } = await all.ended;
  expect(stderr).toMatch(/Run driven is driven by process \d+ on \S+ since .*: it is left alone\./);
  expect(stderr).toContain('Run good of demo is completed.');
  expect(stderr).toContain('Run bad of demo is failed. To go on: orch recover bad');
  expect(code).toBe(1);
  expect((await driver.ended).code).toBe(0);
});

test('Ctrl-C stops them all', async () => {
  await interrupted('one');
  await interrupted('two');
  const all = ground.start(['recover', '--all']);
  await all.says(/Run one of demo is taken up/);
  await all.says(/Run two of demo is taken up/);
  all.kill('SIGINT');
  const { code, stderr } = await all.ended;
  expect(stderr).toContain('Stopping 2 runs; once more kills the commands. To go on: orch recover --all\n');
  expect(stderr).toContain('Run one of demo is interrupted. To go on: orch recover one\n');
  expect(stderr).toContain('Run two of demo is interrupted. To go on: orch recover two\n');
  expect(code).toBe(130);
  for (const pid of ground.lines('starts')) expect(isAlive(Number(pid))).toBe(false);
});

test('takes secrets from the environment; a run without its own keeps no other', async () => {
  ground.plan([{ name: 'a', command: waitForGo, retry_count: 1 }], {
    inputs: { token: { type: 'string', secret: true } },
  });
  const driver = ground.start(['execute', 'plan.json', '--run-id', 'secret'], { env: { ORCH_INPUT_TOKEN: 'sesame' } });
  await until(
    () => ground.lines('starts').length === 1,
    () => 'the start',
  );
  driver.kill('SIGKILL');
  await driver.ended;
  await interrupted('open');
  go();
  const without = await ground.orch('recover', '--all');
  expect(without.stderr).toMatch(/Run secret of demo is left alone: .*token.*\[ORCH_INPUT_SECRET_MISSING\]/);
  expect(without.stderr).toContain('Run open of demo is completed.');
  expect(without.code).toBe(2);
  const env = { ORCH_INPUT_TOKEN: 'sesame' };
  expect(await ground.start(['recover', '--all'], { env }).ended).toMatchObject({ code: 0 });
});

test('of those that wait, only the ones that are due', async () => {
  const past = 1_000;
  const future = Date.now() + 86_400_000;
  const waiting = async (run: string, wait: { for: 'time' | 'approval'; until?: number }): Promise<void> => {
    const journal = new Journal(['a']);
    journal.add({ type: 'run.waiting', ...wait });
    journal.add({ type: 'run.stopped', reason: 'waiting' });
    const events = journal.events.map((event): RunEvent => directed(event, ground.folder));
    await writeRun(ground.path('.orch'), { run, events, status: 'waiting' });
  };
  await waiting('due', { for: 'time', until: past });
  await waiting('early', { for: 'time', until: future });
  await waiting('asks', { for: 'approval' });
  const { stderr } = await ground.orch('recover', '--all');
  expect(stderr).toContain('Run due of demo is taken up');
  expect(stderr).not.toMatch(/early|asks/);
  expect((await ground.json<Result>('show', 'early', '--json')).status).toBe('waiting');
});

/** In a folder that there is, with a command. */
function directed(event: RunEvent, directory: string): RunEvent {
  if (event.type !== 'run.created') return event;
  const phases = [{ name: 'a', kind: 'command', options: { command: 'true' } }];
  return { ...event, directory, workflow: { ...event.workflow, phases } };
}

test('a backend that cannot be asked hides no other, and is no success', async () => {
  await interrupted('only');
  ground.write('broken.db', 'no database at all, but a file of that name');
  ground.write('.orch/backends.json', addToBackendsText({ lines: [] }, `sqlite:${ground.path('broken.db')}`));
  go();
  const { code, stderr } = await ground.orch('recover', '--all');
  expect(stderr).toContain(`The runs in sqlite:${ground.path('broken.db')} were not all looked at: `);
  expect(stderr).toContain('Run only of demo is completed.\n');
  expect(code).toBe(5);
});

test('a run and its copy are one: neither is taken up', async () => {
  await interrupted('one');
  expect((await ground.orch('copy', 'one', '--to', 'sqlite')).code).toBe(0);
  const { code, stderr } = await ground.orch('recover', '--all');
  expect(stderr).toContain('Run one is in more than one backend: orch recover one --backend json\n');
  expect(stderr).toContain('Run one is in more than one backend: orch recover one --backend sqlite\n');
  const elsewhere = await ground.orch('recover', '--all', '--state-dir', '.orch');
  const flag = `--state-dir ${ground.path('.orch')}`;
  expect(elsewhere.stderr).toContain(`more than one backend: orch recover one ${flag} --backend json\n`);
  expect(code).toBe(2);
  go();
});
