import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { installPacked } from './install-packed.ts';

/** A line of the witness: the hook, and what of its context JSON can hold. */
interface Call {
  readonly hook: string;
  readonly resumed?: boolean;
  readonly phase?: string;
  readonly attempt?: number;
  readonly checkpoint?: string;
  readonly status?: string;
  readonly error?: { readonly code: string };
  readonly outcome?: { readonly status: string; readonly retryAt?: number };
  readonly type?: string;
  readonly name?: string;
  readonly version?: number;
}

/** The first process, until it is killed while the command of phase c runs. */
const untilKilled = `
  onEvent run.created
  onEvent run.started
  beforeRun new
  onEvent checkpoint.created a
  onCheckpoint a
  onEvent phase.started a
  beforePhase a 1
  onEvent phase.completed a
  afterPhase a 1 completed
  onEvent checkpoint.created b
  onCheckpoint b
  onEvent phase.started b
  beforePhase b 1
  onError b 1 ORCH_PHASE_EXIT
  onEvent phase.failed b
  afterPhase b 1 failed retryAt
  onEvent phase.started b
  beforePhase b 2
  onEvent phase.completed b
  afterPhase b 2 completed
  onEvent checkpoint.created c
  onCheckpoint c
  onEvent phase.started c
  beforePhase c 1
`;

const afterAdoption = `
  onEvent run.started
  onEvent phase.adopted c
  beforeRun resumed
  onEvent phase.completed c
  afterPhase c 1 completed
  onEvent run.completed
  afterRun completed
`;

const afterLoss = `
  onEvent run.started
  onEvent phase.interrupted c
  beforeRun resumed
  onEvent phase.started c
  beforePhase c 2
  onEvent phase.completed c
  afterPhase c 2 completed
  onEvent run.completed
  afterRun completed
`;

let project: string;
/** The working folder of one test. */
let place: string;
let children: ChildProcess[];

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'third-party-'));
  installPacked(project, ['core', 'backend-json', 'plugin-command', 'plugin-retry']);
  for (const file of ['witness.mjs', 'program.mjs']) copyFileSync(join(import.meta.dirname, file), join(project, file));
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

beforeEach(() => {
  place = mkdtempSync(join(project, 'place-'));
  children = [];
  writeFileSync(join(place, 'hold'), '');
});

// Without the folder the command of phase c ends by itself.
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(place, { recursive: true, force: true });
});

it('takes 15 lines and nothing of orch', () => {
  const text = readFileSync(join(project, 'witness.mjs'), 'utf8');
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  expect(text).not.toContain('orch');
});

it('sees all hooks across a crash after which the command is adopted', async () => {
  const first = await killedWhileCRuns();
  const second = start();
  await vi.waitUntil(() => second.calls().some(({ hook }) => hook === 'beforeRun'), waiting);
  letCEnd();
  expect(await second.ended).toEqual({ code: 0, stderr: '' });
  const third = start();
  expect(await third.ended).toEqual({ code: 0, stderr: '' });

  expect(first.calls().map(lineOf)).toEqual(linesIn(untilKilled));
  expect(second.calls().map(lineOf)).toEqual(linesIn(afterAdoption));
  expect(third.calls()).toEqual([]);
  expectEachEventOnce([...first.calls(), ...second.calls()]);
});

it('sees all hooks across a crash that took the command along', async () => {
  const first = await killedWhileCRuns();
  await killC();
  letCEnd();
  const second = start();
  expect(await second.ended).toEqual({ code: 0, stderr: '' });

  expect(first.calls().map(lineOf)).toEqual(linesIn(untilKilled));
  expect(second.calls().map(lineOf)).toEqual(linesIn(afterLoss));
  expectEachEventOnce([...first.calls(), ...second.calls()]);
});

const waiting = { timeout: 20_000, interval: 20 };

interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
  /** What the plugin saw in this process. */
  calls(): readonly Call[];
}

function start(): Life {
  const witnessFile = join(place, `calls-${children.length + 1}`);
  const child = spawn(process.execPath, [join(project, 'program.mjs')], {
    cwd: place,
    env: { PATH: process.env['PATH'], WITNESS_FILE: witnessFile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  return { child, ended: endOf(child), calls: () => readCalls(witnessFile) };
}

async function endOf(child: ChildProcess): Life['ended'] {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

function readCalls(file: string): readonly Call[] {
  if (!existsSync(file)) return [];
  const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as Call);
}

async function killedWhileCRuns(): Promise<Life> {
  const life = start();
  await vi.waitUntil(() => existsSync(join(place, 'c-runs')) || life.child.exitCode !== null, waiting);
  life.child.kill('SIGKILL');
  expect(await life.ended).toEqual({ code: null, stderr: '' });
  return life;
}

function letCEnd(): void {
  rmSync(join(place, 'hold'));
}

/** The command and the process that would have told its exit code. */
async function killC(): Promise<void> {
  const pids = readFileSync(join(place, 'c-runs'), 'utf8').trim().split(' ');
  for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
  await vi.waitUntil(() => pids.every(isDead), waiting);
}

function isDead(pid: string): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
  return stdout.trim() === '' || stdout.startsWith('Z');
}

function linesIn(text: string): readonly string[] {
  return text.trim().split(/\n\s*/);
}

function lineOf(call: Call): string {
  return [call.hook, ...detailsOf(call)].join(' ');
}

function detailsOf({ hook, ...call }: Call): readonly (string | number | undefined)[] {
  switch (hook) {
    case 'beforeRun':
      return [call.resumed === true ? 'resumed' : 'new'];
    case 'beforePhase':
      return [call.phase, call.attempt];
    case 'onError':
      return [call.phase, call.attempt, call.error?.code];
    case 'afterPhase':
      return [
        call.phase,
        call.attempt,
        call.outcome?.status,
        ...(call.outcome?.retryAt === undefined ? [] : ['retryAt']),
      ];
    case 'onCheckpoint':
      return [call.checkpoint];
    case 'onEvent':
      return [call.type, call.phase ?? call.name].filter((detail) => detail !== undefined);
    default:
      return [call.status];
  }
}

/** Versions are numbered without gaps from the run's first event to its last, so each was seen, and none twice. */
function expectEachEventOnce(calls: readonly Call[]): void {
  const versions = calls.filter(({ hook }) => hook === 'onEvent').map(({ version }) => version);
  expect(versions).toEqual(versions.map((_, at) => at + 1));
}
