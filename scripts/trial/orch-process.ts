import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '@orch/core';
import { trialVariable } from './processes.ts';
import type { TrialBackend } from './trial-backend.ts';

const root = join(import.meta.dirname, '..', '..');

/** How to start orch: Node's own arguments, the program last. */
export type OrchProgram = readonly string[];

/** The program as it is published; it has to be built. */
export const builtOrch: OrchProgram = [join(root, 'packages/cli/bin/orch.js')];

/** The program from its sources: what it does is seen where it is written. */
export const orchFromSources: OrchProgram = ['--conditions=source', join(root, 'packages/cli/src/main.ts')];

/** Where orch runs, and what it is. */
export interface OrchPlace {
  readonly program: OrchProgram;
  readonly folder: string;
  /** Marks all processes that come of it. */
  readonly trial: string;
  readonly backend: TrialBackend;
  /** What its environment has beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface OrchEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** It took far too long, and was ended. */
  readonly hung: boolean;
}

/** Compiled once for all processes of all trials. */
const compileCache = join(tmpdir(), 'orch-trial-compile-cache');

/** The longest run here takes half a minute on an idle machine. */
const patienceMs = 400_000;

/** One process of orch that drives a run and prints each event that it has committed. */
export class OrchProcess {
  /** What it printed as committed, whole lines only. */
  readonly printed: RunEvent[] = [];
  readonly ended: Promise<OrchEnd>;
  /** Settles when it prints that it started or adopted an attempt; maybe never. */
  readonly firstAttempt: Promise<void>;
  readonly startedAt: number = performance.now();
  /** From the start of the process to its first line. */
  firstLineMs: number | undefined;
  readonly #child: ChildProcess;
  #onCompleted: (() => void) | undefined;
  #onAttempt!: () => void;
  #rest = '';
  #said = '';
  #onSaid: (() => void) | undefined;

  /** `through`: a program, and its arguments, that starts it. */
  constructor(place: OrchPlace, args: readonly string[], through: readonly string[] = []) {
    const [file, ...words] = [...through, process.execPath, ...commandLine(place, args), '--output', 'ndjson'];
    this.#child = spawn(file, words, {
      cwd: place.folder,
      env: environmentFor(place),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.firstAttempt = new Promise((resolve) => (this.#onAttempt = resolve));
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      this.#onSaid?.();
    });
    this.ended = endOf(this.#child);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Kills it as the kernel does. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Settles when it prints that a phase was completed. */
  nextCompletion(): Promise<void> {
    return new Promise((resolve) => (this.#onCompleted = resolve));
  }

  /** Settles when it has said something like this on stderr; maybe never. */
  says(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#onSaid = () => {
        if (pattern.test(this.#said)) resolve();
      };
      this.#onSaid();
    });
  }

  #read(text: string): void {
    this.firstLineMs ??= performance.now() - this.startedAt;
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as RunEvent | { readonly type: 'hello' } | { readonly type: 'end' };
      if (event.type === 'hello' || event.type === 'end') continue;
      this.printed.push(event);
      if (event.type === 'phase.started' || event.type === 'phase.adopted') this.#onAttempt();
      if (event.type === 'phase.completed') this.#onCompleted?.();
    }
  }
}

/** Runs an orch to its end. */
export async function runOrch(
  place: OrchPlace,
  args: readonly string[],
): Promise<OrchEnd & { readonly stdout: string }> {
  const child = spawn(process.execPath, commandLine(place, args), {
    cwd: place.folder,
    env: environmentFor(place),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  return { ...(await endOf(child)), stdout };
}

function endOf(child: ChildProcess): Promise<OrchEnd> {
  let stderr = '';
  let hung = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const watchdog = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, patienceMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(watchdog);
      resolve({ exitCode, signal, stderr, hung });
    });
  });
}

function commandLine({ program, folder, backend }: OrchPlace, args: readonly string[]): readonly string[] {
  return [...program, ...args, ...(args[0] === 'execute' ? backend.executeOptions(folder) : [])];
}

function environmentFor({ trial, environment }: OrchPlace): NodeJS.ProcessEnv {
  const { ORCH_STATE: _state, ORCH_BACKEND: _backend, ORCH_LINEAGE: _lineage, ...rest } = process.env;
  return { ...rest, ...environment, [trialVariable]: trial, NODE_COMPILE_CACHE: compileCache };
}
