// The live view of a run of 1,000 phases, half of them over, of which something changes ten times a second: a phase ends and
// another starts, and each one that is shown prints a line. With `none` all the same happens, and nobody looks.
// node live-view.ts SECONDS FOLDER view|none
import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RunEvent } from '@orch/core';
import type { EventBody } from '@orch/core/author';
import { FoldedRun } from '../../packages/cli/src/run/folded-run.ts';
import { TtyView } from '../../packages/cli/src/view/tty-view.ts';
import { cpuMs } from './cpu-time.ts';

export interface LiveViewAnswer {
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Writes to the terminal. */
  readonly repaints: number;
}

const [seconds, folder, who] = [Number(process.argv[2]), String(process.argv[3]), process.argv[4]];
const phases = Array.from({ length: 1_000 }, (_, index) => `phase ${index}`);
const half = phases.length / 2;
const everyMs = 100;
const shown = 20;

const run = new FoldedRun('bench');
let view: TtyView | undefined;
const terminal = openSync('/dev/null', 'w');
let repaints = 0;
const stream = {
  isTTY: true,
  columns: 120,
  rows: 40,
  on: () => undefined,
  off: () => undefined,
  write: (text: string) => {
    repaints++;
    writeSync(terminal, text);
  },
};
const logOf = (phase: string): string => join(folder, phase);

tell({
  type: 'run.created',
  format: 1,
  workflow: { id: 'bench', phases: phases.map((name) => ({ name, kind: 'command', options: { retry_count: 3 } })) },
  workflowHash: '',
  inputs: {},
  options: {},
  directory: '/',
});
const owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: 1, startTime: '1' };
tell({ type: 'run.started', owner, orchVersion: '0', concurrency: half });
for (const phase of phases) start(phase);
for (const phase of phases.slice(0, half)) complete(phase);

if (who === 'view')
  view = new TtyView({
    run,
    stream,
    warningsAreNotes: false,
    flags: '',
    logPath: (attempt) => logOf(attempt.phase),
    read: nothing,
  });
// What is compiled and read at first is left out.
await changeFor(1);
repaints = 0;
const [cpuBefore, wallBefore] = [cpuMs(), performance.now()];
await changeFor(seconds);
const answer: LiveViewAnswer = { cpuMs: cpuMs() - cpuBefore, wallMs: performance.now() - wallBefore, repaints };
view?.close();
closeSync(terminal);
console.log(JSON.stringify(answer));

async function changeFor(length: number): Promise<void> {
  for (let turn = 0; turn < (length * 1_000) / everyMs; turn++) {
    const [first = ''] = [...run.running].map(({ name }) => name);
    // One that is shown ends and begins anew, so that the others move up.
    complete(first);
    start(first);
    for (const { name } of [...run.running].slice(0, shown))
      appendFileSync(logOf(name), `line ${turn} of its output\n`);
    await wait(everyMs);
  }
}

function start(phase: string): void {
  tell({ type: 'phase.started', phase, attempt: 1, part: 'main', key: phase });
}

function complete(phase: string): void {
  tell({ type: 'phase.completed', phase, attempt: 1, part: 'main', exitCode: 0, durationMs: 1_200 });
}

function tell(body: EventBody): void {
  const event: RunEvent = { ...body, version: run.report.version + 1, at: Date.now(), epoch: 1 };
  run.add(event);
  view?.news(event);
}

async function* nothing(): AsyncIterable<RunEvent> {}
