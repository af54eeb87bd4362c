import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json, OutputSource } from '@orch/core/author';
import { outcomeOf, trial, until } from './harness.ts';
import type { Trial } from './harness.ts';

const program = join(import.meta.dirname, 'programs/driver.ts');

/** Another orch that starts the attempt, until it is killed. */
async function killedWhileItRuns(it: Trial): Promise<void> {
  const request = JSON.stringify({ directory: it.directory, attempt: it.attempt, does: 'execute' });
  const args = ['--conditions=source', '--no-warnings', program, request];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await until(() => it.log() === 'begin\n');
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** Prints half of its output, and the other half once it may go on. */
function inHalves(source: OutputSource, [first, second]: readonly [string, string], exitCode: number): Json {
  const write = (text: string): string => `printf %s '${text}'${source === 'file' ? ' >>"$ORCH_OUTPUT"' : ''}`;
  const waits = 'while [ ! -e go ]; do sleep .02; done';
  return `${write(first)}; echo begin >&2; ${waits}; ${write(second)}; exit ${exitCode}`;
}

function open(it: Trial): void {
  writeFileSync(join(it.directory, 'go'), '');
}

const whole = { text: ['noise\n{"a":', '[1]}'], output: { a: [1] } } as const;

describe.each(['file', 'stdout', 'stdout-last-line'] as const)('an output in %s', (source) => {
  const text = source === 'stdout-last-line' ? whole.text : (['{"a":', '[1]}'] as const);
  const started = (parts: readonly [string, string], exitCode = 0): Promise<Trial> =>
    trial(inHalves(source, parts, exitCode), { settled: false, attempt: { output: source } });

  test('orch is killed while its command runs, the next one adopts: whole', async () => {
    const it = await started(text);
    await killedWhileItRuns(it);
    const adopted = await it.adopt();
    open(it);
    expect(await outcomeOf(adopted)).toEqual({ status: 'completed', exitCode: 0, output: whole.output });
  });

  test('orch is killed, the command ends meanwhile: the same, and so for everybody who asks', async () => {
    const it = await started(text);
    await killedWhileItRuns(it);
    open(it);
    await until(() => readFileSync(it.files.state, 'utf8').endsWith('exit 0 0\n'));
    for (const again of [1, 2])
      expect(await outcomeOf(await it.adopt()), String(again)).toEqual({
        status: 'completed',
        exitCode: 0,
        output: whole.output,
      });
  });

  test('adopted, and it is none: failed as it would have been without the kill', async () => {
    const it = await started(['{"a":', '']);
    await killedWhileItRuns(it);
    const adopted = await it.adopt();
    open(it);
    const live = await trial(inHalves(source, ['{"a":', ''], 0), { attempt: { output: source } });
    open(live);
    const [outcome, expected] = [await outcomeOf(adopted), await live.execute()];
    expect(outcome).toMatchObject({ status: 'failed', class: 'invalid-output', exitCode: 0 });
    const named = JSON.stringify(expected).replaceAll(live.files.log.slice(0, -3), it.files.log.slice(0, -3));
    expect(outcome).toEqual(JSON.parse(named));
  });

  test('adopted, and it failed: its output is handed on', async () => {
    const it = await started(text, 9);
    await killedWhileItRuns(it);
    const adopted = await it.adopt();
    open(it);
    expect(await outcomeOf(adopted)).toMatchObject({ class: 'exit', exitCode: 9, output: whole.output });
  });
});
