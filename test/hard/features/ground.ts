import { execFileSync } from 'node:child_process';
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { OrchProcess, Playground, until } from '../../../packages/cli/test/orch-process.ts';
import type { Ended } from '../../../packages/cli/test/orch-process.ts';
import type { TrialBackend } from '../../../scripts/trial/trial-backend.ts';

/** What `orch execute --json` and `recover --json` answer. */
export interface Answer {
  readonly exit: number | null;
  readonly stderr: string;
  readonly status?: string;
  readonly run?: string;
  /** Each phase as one word: its status, the class of its failure or the reason of its skip behind it. */
  readonly phases: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, unknown>>;
  readonly errors: Readonly<Record<string, string>>;
}

export interface CallOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface PhaseResult {
  readonly name: string;
  readonly status: string;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  readonly reason?: string;
}

/** One place where a plan is executed by the real command line, on one backend. */
export class Ground implements Disposable {
  readonly #playground = new Playground();
  readonly #backend: TrialBackend;
  #lives = 0;

  constructor(backend: TrialBackend) {
    this.#backend = backend;
  }

  get folder(): string {
    return this.#playground.folder;
  }

  write(name: string, text: string): void {
    this.#playground.write(name, text);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  /** How often a command was started that says so in its text, by `count`. */
  ran(name: string): number {
    return this.has(`ran-${name}`) ? this.read(`ran-${name}`).split('\n').length - 1 : 0;
  }

  plan(phases: readonly object[], more: object = {}): void {
    this.write(
      'plan.json',
      JSON.stringify({ workflow_id: 'w', ...more, phases: phases.map((it) => ({ retry_count: 1, ...it })) }),
    );
  }

  async execute(options: CallOptions = {}): Promise<Answer> {
    return answerOf(await this.#start(['execute', 'plan.json', '--run-id', 'r', ...this.#place()], options).ended);
  }

  async recover(options: CallOptions = {}): Promise<Answer> {
    return answerOf(await this.#start(['recover', 'r'], options).ended);
  }

  /** Any other command, as it is. */
  call(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** The same, to be looked at while it runs. */
  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): OrchProcess {
    return new OrchProcess(this.folder, args, { env });
  }

  begin(options: CallOptions = {}): OrchProcess {
    return this.#start(['execute', 'plan.json', '--run-id', 'r', ...this.#place()], options);
  }

  /** Executes, kills orch (and nothing else) when a command has come to its gate, and opens the gate. */
  async executeAndKill(options: CallOptions = {}): Promise<void> {
    await this.#killAtGate(this.begin(options));
  }

  async #killAtGate(orch: OrchProcess): Promise<void> {
    await this.comesTo('here', orch);
    orch.kill('SIGKILL');
    await orch.ended;
    this.#lives++;
    this.write('gate', '');
  }

  /** Waits for a file by which a command says how far it is. */
  async comesTo(file: string, orch: OrchProcess): Promise<void> {
    await until(
      () => this.has(file) || orch.child.exitCode !== null,
      () => `a command to come to its gate: ${orch.stderr}`,
    );
    if (!this.has(file)) throw new Error(`orch ended before a command came to its gate: ${orch.stderr}`);
  }

  get kills(): number {
    return this.#lives;
  }

  [Symbol.dispose](): void {
    this.#playground[Symbol.dispose]();
  }

  #place(): readonly string[] {
    return this.#backend.executeOptions(this.folder);
  }

  #start(args: readonly string[], { flags = [], env = {} }: CallOptions): OrchProcess {
    return new OrchProcess(this.folder, [...args, '--json', '--output', 'plain', ...flags], { env });
  }
}

/** Shell text that counts its start, so that a second one is seen. */
export function count(name: string): string {
  return `echo x >>ran-${name}`;
}

/** Shell text that says that it is here, and waits until it may go on. */
export const gate = ': >here; until test -e gate; do sleep .02; done';

function answerOf({ code, stdout, stderr }: Ended): Answer {
  const said =
    stdout.trim() === '' ? {} : (JSON.parse(stdout) as { status?: string; run?: string; phases?: PhaseResult[] });
  const phases = said.phases ?? [];
  const entries = <T>(of: (phase: PhaseResult) => T | undefined): Record<string, T> =>
    Object.fromEntries(phases.flatMap((it) => (of(it) === undefined ? [] : [[it.name, of(it)!]])));
  return {
    exit: code,
    stderr,
    ...(said.status === undefined ? {} : { status: said.status }),
    ...(said.run === undefined ? {} : { run: said.run }),
    phases: entries(({ status, reason }) => (status === 'skipped' ? `skipped: ${reason}` : status)),
    results: entries(({ result }) => result),
    errors: entries(({ error }) => error && `${error.code} ${error.message}`),
  };
}

/** What `cksum` says of a text. */
export function checksum(text: string): string {
  return execFileSync('cksum', { input: text, encoding: 'utf8' });
}
