import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peakOfTree } from './tree-memory.ts';

const ticksPerSecond = 100;

/** What a process and all the processes that it waited for used, from its first instruction to its exit. */
export interface Usage {
  /** User and system time of the whole tree. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Peak resident memory of the process itself. */
  readonly memoryMiB: number;
}

export interface Sample<Answer> extends Usage {
  readonly answer: Answer;
}

export interface SampleOptions {
  /** Node's arguments: the program, and what it is told. */
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program in a Node of its own. What it prints as the last line is its answer, as JSON. */
export async function takeSample<Answer>({ args, cwd, env = {} }: SampleOptions): Promise<Sample<Answer>> {
  const scratch = mkdtempSync(join(tmpdir(), 'orch-bench-'));
  try {
    const usageFile = join(scratch, 'usage.json');
    const preload = join(import.meta.dirname, 'report-usage.mjs');
    const startedAt = performance.now();
    const stdout = await runNode(['--import', preload, ...args], {
      cwd,
      env: { ...process.env, ...env, BENCH_USAGE_FILE: usageFile },
    });
    const wallMs = performance.now() - startedAt;
    const usage = JSON.parse(readFileSync(usageFile, 'utf8')) as {
      ownMicros: number;
      childTicks: number;
      maxRss: number;
    };
    return {
      cpuMs: usage.ownMicros / 1000 + (usage.childTicks * 1000) / ticksPerSecond,
      wallMs,
      memoryMiB: usage.maxRss / 1024,
      answer: parseAnswer<Answer>(stdout),
    };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** What the processes that this one has waited for used, in steps of 10 ms. */
export function cpuOfChildrenMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return ((Number(fields[13]) + Number(fields[14])) * 1000) / ticksPerSecond;
}

interface RunOptions {
  readonly cwd?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The program, where it is not this Node. */
  readonly file?: string;
  /** Called with the process at once. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** The peak of a program and all that it starts, in a run of its own; rejects unless it exits with 0. */
export async function sampleTreeMemory({ args, cwd, env = {} }: SampleOptions): Promise<number> {
  const peaks: Promise<number>[] = [];
  const onStart = (child: ChildProcess): void => {
    const peak = peakOfTree(child);
    // How it ended comes first: one that failed at once was not looked at either.
    peak.catch(() => undefined);
    peaks.push(peak);
  };
  await runNode(args, { cwd, env: { ...process.env, ...env }, onStart });
  return Math.max(...(await Promise.all(peaks)));
}

/** Answers with what it printed; rejects unless it exits with 0. */
export function runNode(
  args: readonly string[],
  { cwd, env, file = process.execPath, onStart }: RunOptions,
): Promise<string> {
  const child = spawn(file, args, { ...(cwd === undefined ? {} : { cwd }), env, stdio: ['ignore', 'pipe', 'pipe'] });
  onStart?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${args.join(' ')} ended with ${code ?? signal}:\n${stderr.slice(-4000)}`));
    });
  });
}

function parseAnswer<Answer>(stdout: string): Answer {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  return (line === '' ? undefined : JSON.parse(line)) as Answer;
}
