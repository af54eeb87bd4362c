import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Sources to run, perhaps with a fault planted, and a shell that stands in for the wrapper's. */
export interface Workshop {
  readonly folder: string;
  readonly sources: string;
  readonly lateIntent: boolean;
}

/** A text of a source file and what it is replaced by. */
export type Patch = readonly [file: string, from: string, to: string];

const packageFolder = join(import.meta.dirname, '..');
const program = join(import.meta.dirname, 'orchestrator.ts');
const shellScript = `#!/bin/sh
if [ -n "$ORCH_STRESS_SLOW" ]; then sleep "$ORCH_STRESS_SLOW"; fi
if [ -n "$ORCH_STRESS_CALL" ]; then
  exec strace -D -o "$RUN/wrapper.trace" -e "trace=$ORCH_STRESS_CALL" -e "inject=$ORCH_STRESS_CALL:signal=KILL:when=$ORCH_STRESS_WHEN" /bin/sh "$@"
fi
exec /bin/sh "$@"
`;

export function openWorkshop(patches: readonly Patch[] = [], lateIntent = false): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'orch-stress-'));
  const sources = join(folder, 'src');
  cpSync(join(packageFolder, 'src'), sources, { recursive: true });
  symlinkSync(join(packageFolder, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const shell = join(folder, 'shell');
  writeFileSync(shell, shellScript, { mode: 0o755 });
  const all: Patch[] = [['start-attempt.ts', 'spawn(wrapperShell, ', `spawn('${shell}', `], ...patches];
  for (const [file, from, to] of all) {
    const path = join(sources, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(from).length !== 2)
      throw new Error(`${file} does not hold ${JSON.stringify(from)} once: adapt the stress`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  return { folder, sources, lateIntent };
}

/** Says when two copies live at once, and counts starts and ends. */
function commandOf(seconds: number, isTakenUp: boolean): string {
  const awake = isTakenUp ? 'until [ -e $RUN/awake ]; do sleep .01; done; ' : '';
  return `exec 9>>$RUN/lock; flock -n 9 || echo DOUBLE $ORCH_ATTEMPT >>$RUN/violations; echo start $ORCH_ATTEMPT >>$RUN/effects; ${awake}sleep ${seconds}; echo end $ORCH_ATTEMPT >>$RUN/effects; exit 7`;
}

/** One run, driven by one orch after the other. */
export class Trial {
  readonly run: string;
  readonly #workshop: Workshop;
  readonly #command: string;

  /** `isTakenUp`: the command's time begins with the first orch that is traced, however long that one takes to start. */
  constructor(workshop: Workshop, name: string, seconds: number, isTakenUp = false) {
    this.run = join(workshop.folder, name);
    this.#workshop = workshop;
    this.#command = commandOf(seconds, isTakenUp);
    mkdirSync(this.run);
  }

  start(env: Record<string, string> = {}): ChildProcess {
    const out = openSync(join(this.run, 'out'), 'a');
    const err = openSync(join(this.run, 'err'), 'a');
    const args = ['--conditions=source', '--no-warnings', program, this.#workshop.sources, this.run, this.#command];
    const late = this.#workshop.lateIntent ? { ORCH_STRESS_LATE_INTENT: '1' } : {};
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', out, err],
      env: { ...process.env, RUN: this.run, ...late, ...env },
    });
    closeSync(out);
    closeSync(err);
    return child;
  }

  /** Drives the run to its end. */
  async finish(env: Record<string, string> = {}): Promise<void> {
    const child = this.start(env);
    const hung = setTimeout(() => {
      appendFileSync(join(this.run, 'err'), 'HUNG\n');
      child.kill('SIGKILL');
    }, 60_000);
    await endOf(child);
    clearTimeout(hung);
  }

  /** Starts an orch under strace, from the gate on. Answers whether it was killed. */
  async traced(inject: readonly string[], env: Record<string, string> = {}): Promise<boolean> {
    const gate = join(this.run, `gate-${Math.random().toString(36).slice(2)}`);
    spawnSync('mkfifo', [gate]);
    const ready = this.lines('out').filter((line) => line === 'ready').length;
    const child = this.start({ ...env, ORCH_STRESS_GATE: gate });
    const ended = endOf(child);
    await until(() => this.lines('out').filter((line) => line === 'ready').length > ready || hasEnded(child));
    const tracer = spawn('strace', ['-p', String(child.pid), '-o', join(this.run, 'trace'), ...inject], {
      stdio: 'ignore',
    });
    const traced = endOf(tracer);
    await until(() => hasEnded(child) || /TracerPid:\s+[1-9]/.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')));
    await until(() => hasEnded(child) || openGate(gate));
    writeFileSync(join(this.run, 'awake'), '');
    const hung = setTimeout(() => child.kill('SIGKILL'), 60_000);
    await ended;
    clearTimeout(hung);
    await traced;
    return child.signalCode === 'SIGKILL';
  }

  lines(file: string): string[] {
    const path = join(this.run, file);
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  }

  journal(): { type: string; attempt: number; how?: string }[] {
    return this.lines('journal').map((line) => JSON.parse(line) as { type: string; attempt: number; how?: string });
  }

  /** Pid of the newest attempt's wrapper. */
  wrapperPid(): number | undefined {
    const folder = join(this.run, 'runs/run/attempts');
    const number = this.journal().at(-1)?.attempt;
    const file = existsSync(folder)
      ? readdirSync(folder).find((name) => name.startsWith(`phase.${number}.`) && name.endsWith('.state'))
      : undefined;
    if (file === undefined) return undefined;
    try {
      const [line, ...rest] = readFileSync(join(folder, file), 'utf8').split('\n');
      const pid = Number(line?.split(' ', 1)[0]);
      return rest.length > 0 && pid > 1 ? pid : undefined;
    } catch {
      // A recoverer's folder.
      return undefined;
    }
  }

  /** What is wrong with what happened. `touched`: the wrapper or its command were killed, so that attempts may be lost. */
  judge(touched: boolean): string[] {
    const effects = this.lines('effects');
    const starts = effects.filter((line) => line.startsWith('start'));
    const ends = effects.filter((line) => line.startsWith('end'));
    const journal = this.journal();
    const completed = journal.filter(({ type }) => type === 'completed');
    const bad: string[] = [];
    if (this.lines('violations').length > 0) bad.push('two live copies');
    if (!this.lines('out').some((line) => line.startsWith('code 7 ')))
      bad.push(`no result: ${this.lines('err').slice(-2).join(' ')}`);
    if (!touched && (starts.length !== 1 || ends.length !== 1))
      bad.push(`starts ${starts.join()}, ends ${ends.join()}`);
    if (new Set(starts).size !== starts.length) bad.push('an attempt was started twice');
    if (completed.length !== 1 || !ends.includes(`end ${completed[0]?.attempt}`)) bad.push('completed without an end');
    return bad;
  }
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (hasEnded(child)) resolve();
    else child.once('exit', () => resolve());
  });
}

export async function until(look: () => boolean, limitMs = 30_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!lookSafely(look) && performance.now() < end) await wait(2);
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function lookSafely(look: () => boolean): boolean {
  try {
    return look();
  } catch {
    // A process that ended between two looks: the next one tells.
    return false;
  }
}

function openGate(gate: string): boolean {
  try {
    const descriptor = openSync(gate, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(descriptor, 'x');
    closeSync(descriptor);
    return true;
  } catch {
    // Nobody reads yet.
    return false;
  }
}
