import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As it is published: it starts in a quarter of the time of the sources. Built before the tests, see vitest.config.ts. */
export const orchFile: string = fileURLToPath(new URL('../bin/orch.js', import.meta.url));

/** Compiled once for all processes of all tests. */
const compileCache = join(tmpdir(), 'orch-cli-test-compile-cache');

const patienceMs = 25_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const orch: readonly string[] = [process.execPath, orchFile];

export interface StartOptions {
  /** How `orch` is started; default: as it is published, without more. */
  readonly program?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A program, and its arguments, that starts it. */
  readonly through?: readonly string[];
}

/** An `orch` that runs as its own process. */
export class OrchProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(folder: string, args: readonly string[], { program = orch, env = {}, through = [] }: StartOptions = {}) {
    const [file = '', ...words] = [...through, ...program, ...args];
    this.child = spawn(file, words, {
      cwd: folder,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until it has said something like this on stderr. */
  says(pattern: RegExp): Promise<void> {
    return until(
      () => pattern.test(this.stderr),
      () => `${String(pattern)} in: ${this.stderr}`,
    );
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const own = [
    'CI',
    'FORCE_COLOR',
    'GITHUB_ACTIONS',
    'GITHUB_STEP_SUMMARY',
    'NODE_OPTIONS',
    'NO_COLOR',
    'ORCH_BACKEND',
    'ORCH_DEBUG',
    'ORCH_REDIS_RECONNECT',
    'ORCH_STATE',
    'REDIS_URL',
  ];
  const rest = Object.entries(process.env).filter(([name]) => !own.includes(name));
  return { ...Object.fromEntries(rest), NODE_COMPILE_CACHE: compileCache };
}

/** Waits for a condition, looking often; a test never sleeps for a time that is only hoped to be enough. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: () => string,
  limitMs: number = patienceMs,
): Promise<void> {
  const before = performance.now();
  while (!(await condition())) {
    if (performance.now() - before > limitMs) throw new Error(`Waited in vain for ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A folder of its own for a test, with plans in it. */
export class Playground implements Disposable {
  readonly folder: string;
  readonly #started: OrchProcess[] = [];

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'orch-cli-'));
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  write(name: string, content: string | Uint8Array): string {
    mkdirSync(join(this.path(name), '..'), { recursive: true });
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** Writes `plan.json`, or another plan. */
  plan(
    phases: readonly object[],
    { name = 'plan.json', ...rest }: { name?: string; [key: string]: unknown } = {},
  ): string {
    return this.write(name, JSON.stringify({ workflow_id: 'demo', phases, ...rest }, null, 2));
  }

  read(name: string): string {
    try {
      return readFileSync(this.path(name), 'utf8');
    } catch {
      return '';
    }
  }

  /** Lines of a file; none while it is not there. */
  lines(name: string): string[] {
    return this.read(name).split('\n').slice(0, -1);
  }

  start(args: readonly string[], options?: StartOptions): OrchProcess {
    const started = new OrchProcess(this.folder, args, options);
    this.#started.push(started);
    return started;
  }

  /** Starts `orch` with some JavaScript before it, that may change `fs`. */
  startWith(script: string, args: readonly string[]): OrchProcess {
    const preload = this.write(
      'preload.mjs',
      `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
${script}
syncBuiltinESMExports();
`,
    );
    return this.start(args, { program: [process.execPath, '--import', preload, orchFile] });
  }

  /** Runs `orch` to its end. */
  orch(...args: readonly string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  /** Answers with the JSON that a command prints. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr } = await this.orch(...args);
    try {
      return JSON.parse(stdout) as T;
    } catch {
      throw new Error(`orch ${args.join(' ')} printed no JSON: ${stdout}${stderr}`);
    }
  }

  [Symbol.dispose](): void {
    for (const { child } of this.#started) if (child.exitCode === null) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The result map of `execute --json` and `recover --json`. */
export interface Result {
  readonly run: string;
  readonly workflow: string;
  readonly status: string;
  readonly phases: readonly {
    readonly name: string;
    readonly status: string;
    readonly attempts: number;
    readonly exitCode?: number;
    readonly result?: unknown;
    readonly error?: { readonly code: string; readonly message: string };
    readonly reason?: string;
  }[];
}

/**
 * A command that writes its process id to the file `starts` each time it is started, and ends when the file `go` is
 * there: a test decides how long it takes. It ends by itself after a minute, should a test fail to end it.
 */
export const waitForGo =
  'echo $$ >> starts; n=0; until test -e go || test $n -gt 600; do n=$((n+1)); sleep 0.1; done; echo done >> ends';

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') !== true;
  } catch {
    return false;
  }
}
