// The smallest orch: one phase, driven until it has an exit code, with a journal of one JSON object a line.
// Run by the stress: node --conditions=source orchestrator.ts <folder of sources> <run folder> <command>
import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt, AttemptContext, Outcome } from '@orch/core/author';
import { randomIds } from '@orch/core/author';
import { processOwner } from '@orch/core/node';
import type * as Executors from '../src/command-executor.ts';

interface Entry {
  readonly type: 'started' | 'completed' | 'interrupted';
  readonly attempt: number;
  readonly key?: string;
  readonly code?: number;
  readonly how?: string;
}

const [sources = '', run = '', command = ''] = process.argv.slice(2);
const { commandExecutor } = (await import(join(sources, 'command-executor.ts'))) as typeof Executors;
const executor = commandExecutor({ directory: run });
const path = join(run, 'journal');
const entries: Entry[] = existsSync(path) ? readEntries() : [];
const journal = openSync(path, 'a', 0o600);
const alive = setInterval(() => {}, 1_000);

await waitForTracer();
await executor.settle!('run', new Set(entries.flatMap(({ key }) => key ?? [])));
for (;;) {
  const last = entries.at(-1);
  if (last?.type === 'completed') {
    writeSync(1, `code ${last.code} attempt ${last.attempt} how ${last.how}\n`);
    break;
  }
  if (last?.type === 'started') await recover(last);
  else await begin();
}
clearInterval(alive);

async function recover({ attempt, key }: Entry): Promise<void> {
  const adopted = await executor.adopt!(attemptOf(attempt, key!), { ...contextOf(), otherHost: false });
  if ('gone' in adopted) append({ type: 'interrupted', attempt, how: 'gone' });
  else record(attempt, await adopted.outcome, 'adopted');
}

async function begin(): Promise<void> {
  const attempt = entries.filter(({ type }) => type === 'started').length + 1;
  const key = randomIds.random();
  const intent: Entry = { type: 'started', attempt, key };
  const isLate = process.env['ORCH_STRESS_LATE_INTENT'] !== undefined;
  if (!isLate) append(intent);
  const outcome = executor.execute(attemptOf(attempt, key), contextOf());
  if (isLate) append(intent);
  record(attempt, await outcome, 'live');
}

function record(attempt: number, outcome: Outcome, how: string): void {
  if (outcome.exitCode === undefined)
    append({ type: 'interrupted', attempt, how: `${how}: ${JSON.stringify(outcome)}` });
  else append({ type: 'completed', attempt, code: outcome.exitCode, how });
}

function append(entry: Entry): void {
  writeSync(journal, `${JSON.stringify(entry)}\n`);
  fdatasyncSync(journal);
  entries.push(entry);
}

function readEntries(): Entry[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}

function attemptOf(number: number, key: string): Attempt {
  const options = { command, grace: '300ms', env: { RUN: run } };
  return {
    runId: 'run',
    workflow: 'stress',
    phase: 'phase',
    number,
    part: 'main',
    key,
    options,
    owner: processOwner(),
  };
}

function contextOf(): AttemptContext {
  const never = new AbortController().signal;
  const log = { info: () => {}, warn: (message: string) => void writeSync(2, `${message}\n`) };
  return {
    signal: never,
    kill: never,
    holds: () => Promise.resolve(true),
    inputs: {},
    secrets: [],
    outputs: {},
    env: {},
    directory: run,
    idempotencyKey: 'phase',
    log,
  };
}

/** Blocks until somebody opens the gate: a tracer attaches meanwhile. */
async function waitForTracer(): Promise<void> {
  const gate = process.env['ORCH_STRESS_GATE'];
  if (gate === undefined) return;
  writeSync(1, 'ready\n');
  closeSync(openSync(gate, 'r'));
}
