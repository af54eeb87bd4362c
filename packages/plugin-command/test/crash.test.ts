import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outcomeOf, trial, until } from './harness.ts';
import type { Trial } from './harness.ts';

const program = join(import.meta.dirname, 'programs/driver.ts');

/** Says what a driver says, line by line. */
interface Driver {
  readonly child: ChildProcess;
  readonly said: unknown[];
  readonly ended: Promise<number | null>;
}

function drive(it: Trial, does: 'execute' | 'adopt', more: object = {}): Driver {
  const request = JSON.stringify({ directory: it.directory, attempt: it.attempt, does, ...more });
  const child = spawn(process.execPath, ['--conditions=source', '--no-warnings', program, request], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: unknown[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    said.push(...lines.map((line) => JSON.parse(line) as unknown));
  });
  return { child, said, ended: new Promise((resolve) => child.once('close', resolve)) };
}

const counted = 'echo x >> starts; echo begin; while [ ! -e go ]; do sleep .02; done; echo end; exit 7';

test('killed while its command runs: the next one adopts; exit code and output are whole, started once', async () => {
  const it = await trial(counted, { settled: false });
  const first = drive(it, 'execute');
  await until(() => it.log() === 'begin\n');
  first.child.kill('SIGKILL');
  await first.ended;
  const second = drive(it, 'adopt');
  await until(() => second.said.includes('ready'));
  second.child.kill('SIGKILL');
  await second.ended;
  const adopted = await it.adopt();
  writeFileSync(join(it.directory, 'go'), '');
  expect(await outcomeOf(adopted)).toMatchObject({ status: 'failed', class: 'exit', exitCode: 7 });
  expect(it.log()).toBe('begin\nend\n');
  expect(readFileSync(join(it.directory, 'starts'), 'utf8')).toBe('x\n');
});

test('killed, the command ends meanwhile: finished', async () => {
  const it = await trial(counted, { settled: false });
  const first = drive(it, 'execute');
  await until(() => it.log() === 'begin\n');
  first.child.kill('SIGKILL');
  await first.ended;
  writeFileSync(join(it.directory, 'go'), '');
  await until(() => readFileSync(it.files.state, 'utf8').endsWith('exit 7 7\n'));
  expect(await outcomeOf(await it.adopt())).toMatchObject({ exitCode: 7 });
});

test('paused, another one recovers: when it wakes its wrapper is refused', async () => {
  const it = await trial(counted, { settled: false });
  const first = drive(it, 'execute');
  await until(() => first.said.includes('ready'));
  first.child.kill('SIGSTOP');
  const adopted = await it.adopt();
  first.child.kill('SIGCONT');
  writeFileSync(join(it.directory, 'go'), '');
  await first.ended;
  const starts = existsSync(join(it.directory, 'starts')) ? readFileSync(join(it.directory, 'starts'), 'utf8') : '';
  if ('gone' in adopted) expect(starts).toBe('');
  else expect([await adopted.outcome, starts]).toMatchObject([{ exitCode: 7 }, 'x\n']);
});

test('killed within the grace of a stop: the next one ends it in the same grace and says timeout', async () => {
  const it = await trial('trap "" TERM; echo begin; while :; do sleep 300; done', {
    settled: false,
    options: { grace: '1s' },
  });
  const first = drive(it, 'execute', { stopAfterMs: 200 });
  await until(() => existsSync(it.files.stop) && readFileSync(it.files.stop, 'utf8').endsWith('signalled\n'));
  first.child.kill('SIGKILL');
  await first.ended;
  const before = performance.now();
  expect(await outcomeOf(await it.adopt())).toMatchObject({ status: 'failed', class: 'timeout', signal: 'SIGKILL' });
  expect(performance.now() - before).toBeLessThan(1_500);
});

test('a process that lets go of a run can end while its command goes on', async () => {
  const it = await trial(counted, { settled: false });
  const host = join(import.meta.dirname, 'programs/letting-go.ts');
  const child = spawn(
    process.execPath,
    ['--conditions=source', '--no-warnings', host, JSON.stringify({ directory: it.directory, attempt: it.attempt })],
    { stdio: 'inherit' },
  );
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  const adopted = await it.adopt();
  writeFileSync(join(it.directory, 'go'), '');
  expect(await outcomeOf(adopted)).toMatchObject({ exitCode: 7 });
});
