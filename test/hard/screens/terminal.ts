import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orch, Playground, until } from '../../../packages/cli/test/orch-process.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A terminal of some size, made by tmux, with a program in it and a folder for that program. */
export class Terminal implements Disposable {
  readonly ground = new Playground();
  readonly #options: TerminalOptions;
  #gate: number | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
    spawnSync('mkfifo', [this.ground.path('gate')]);
  }

  /** Starts orch; `behind` is what follows it on the line of a shell, as `2>&1 | cat`. */
  orch(args: readonly string[], behind = ''): void {
    const { columns, rows, env = {} } = this.#options;
    // tmux has its own word for what it is.
    const through = env['TERM'] === undefined ? [] : ['env', `TERM=${env['TERM']}`];
    const line = [...through, ...orch, ...args].map((word) => `'${word}'`).join(' ');
    const size = ['-x', String(columns), '-y', String(rows), '-c', this.ground.folder];
    // What it left on the screen is seen as long as its pane is kept; nobody says that it is dead.
    for (const setting of ['remain-on-exit on', "remain-on-exit-format ''", 'history-limit 100000'])
      this.ground.write('tmux.conf', `${this.ground.read('tmux.conf')}set -g ${setting}\n`);
    this.#tmux('new-session', '-d', ...size, `trap : INT; ${line} ${behind}\necho $? > ended`);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  type(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** The rows of the screen; those that are empty at its end are left out. */
  get screen(): string[] {
    return this.#capture();
  }

  /** What has scrolled away, and the screen: lines as they were written, however they were wrapped. */
  get history(): string[] {
    return this.#capture('-J', '-S', '-');
  }

  /** The screen with the sequences that colour it. */
  get colours(): string {
    return this.#capture('-e').join('\n');
  }

  shows(pattern: RegExp): Promise<void> {
    return until(
      () => pattern.test(this.screen.join('\n')),
      () => `${String(pattern)} on:\n${this.screen.join('\n')}`,
    );
  }

  /** Rows of the live block, which ends the screen: they begin with a space. */
  get block(): string[] {
    const { screen } = this;
    return screen.slice(screen.findLastIndex((row) => !/^ \S/.test(row)) + 1);
  }

  /** Lets every phase go on that waits at the gate, and all that come to it. */
  openGate(): void {
    this.#gate = openSync(this.ground.path('gate'), 'r+');
  }

  /** What the program ended with, once all of its words are on the screen. */
  async ended(): Promise<number> {
    await until(
      () => this.#tmux('display-message', '-p', '#{pane_dead}').trim() === '1',
      () => `the end of:\n${this.screen.join('\n')}`,
    );
    return Number(this.ground.read('ended'));
  }

  [Symbol.dispose](): void {
    spawnSync('tmux', ['-L', 'screens', 'kill-server'], { env: this.#environment });
    // orch leaves its commands running when its terminal goes.
    if (this.#gate === undefined) this.openGate();
    if (this.#gate !== undefined) closeSync(this.#gate);
    this.ground[Symbol.dispose]();
  }

  #capture(...how: readonly string[]): string[] {
    return this.#tmux('capture-pane', '-p', ...how)
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd());
  }

  #tmux(...words: readonly string[]): string {
    const args = ['-L', 'screens', '-f', this.ground.path('tmux.conf'), '-u', ...words];
    const { status, stdout, stderr, error } = spawnSync('tmux', args, { encoding: 'utf8', env: this.#environment });
    if (status !== 0) throw error ?? new Error(`tmux ${words.join(' ')}: ${stderr}`);
    return stdout;
  }

  /** Of the server, and so of what it starts: its socket is in the folder. */
  get #environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.ground.folder,
      SHELL: '/bin/sh',
      LC_ALL: 'C.UTF-8',
      TMUX_TMPDIR: this.ground.folder,
      NODE_COMPILE_CACHE: join(tmpdir(), 'orch-cli-test-compile-cache'),
      ...this.#options.env,
    };
  }
}
