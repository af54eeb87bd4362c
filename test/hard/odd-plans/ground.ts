import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Playground } from '../../../packages/cli/test/orch-process.ts';
import type { Ended, OrchProcess } from '../../../packages/cli/test/orch-process.ts';
import { builtOrch } from '../../../scripts/trial/orch-process.ts';
import type { OddPlan } from './row.ts';

/** Ends what hangs. An answer takes a tenth of a second, of large plans seconds: machines may be ten times slower. */
const patienceMs = { small: 60_000, large: 100_000 };

/** As it is published: what it writes and what work it has is that of a user. What it used, it tells when it exits. */
const reportUsage = fileURLToPath(new URL('../../../bench/harness/report-usage.mjs', import.meta.url));
const program: readonly string[] = [process.execPath, '--import', reportUsage, ...builtOrch];

export interface Answer extends Ended {
  /** It took far too long, and was ended. */
  readonly hung: boolean;
  readonly ms: number;
  /** Of its process, on all processors: what does not depend on who else uses the machine. */
  readonly cpuMs: number;
}

/** The home of whoever writes odd plans, empty at first: what was compiled for one of them is there for the next. */
export class Home implements Disposable {
  readonly #ground = new Playground();

  get folder(): string {
    return this.#ground.folder;
  }

  /** Each file and folder in it but for what Node compiled. */
  made(): string[] {
    return allBelow(this.folder).filter((it) => !isCompiled(it));
  }

  /** Whether Node kept what it compiled, where it may. */
  hasCompiled(): boolean {
    return allBelow(this.folder).some((it) => it.startsWith(`${compileCache}/`));
  }

  [Symbol.dispose](): void {
    this.#ground[Symbol.dispose]();
  }
}

/** A folder with an odd plan in it, and nothing else. */
export class OddGround implements Disposable {
  /** How the command line calls the plan. */
  readonly path: string;
  readonly #ground = new Playground();
  readonly #row: OddPlan;
  readonly #home: Home;

  constructor(row: OddPlan, home: Home) {
    this.#row = row;
    this.#home = home;
    this.path = this.#makePlan();
    // Whatever thinks of writing there is seen.
    mkdirSync(this.#ground.path('tmp'));
  }

  /** What is in the folder but for the plan itself: each file and folder that somebody made. */
  made(): string[] {
    const own = new Set(['tmp', this.#name(), 'plan.text', usageFile]);
    return allBelow(this.#ground.folder).filter((it) => !own.has(it));
  }

  /** What the phases left behind. */
  ran(): string[] {
    return this.#ground.lines('ran');
  }

  /** Files that the names of some phases would lead to, were they taken for paths. */
  escaped(): string[] {
    return ['..', '../..', '/', '/tmp']
      .map((it) => `${it}/odd-plan-escape`)
      .filter((it) => existsSync(this.#ground.path(it)) || existsSync(it));
  }

  absolutePath(): string {
    return this.path.startsWith('/') ? this.path : this.#ground.path(this.path);
  }

  /** While it runs, somebody writes into the pipe, where the plan is one. */
  async fed<T>(task: () => Promise<T>): Promise<T> {
    let writer: ChildProcess | undefined;
    if (this.#row.place === 'pipe')
      writer = spawn('sh', ['-c', `cat plan.text > ${this.#name()}`], { cwd: this.#ground.folder, stdio: 'ignore' });
    try {
      return await task();
    } finally {
      writer?.kill('SIGKILL');
    }
  }

  orch(...args: readonly string[]): Promise<Answer> {
    return this.orchUntil(args, () => Promise.resolve());
  }

  /** `meanwhile` is handed the process, and may end it. */
  orchUntil(args: readonly string[], meanwhile: (orch: OrchProcess) => Promise<void>): Promise<Answer> {
    return this.fed(async () => {
      const before = performance.now();
      const process = this.#ground.start(args, {
        program,
        env: {
          HOME: this.#home.folder,
          XDG_CACHE_HOME: '',
          TMPDIR: this.#ground.path('tmp'),
          NODE_COMPILE_CACHE: '',
          BENCH_USAGE_FILE: this.#ground.path(usageFile),
        },
        ...(this.#row.place === 'unreadable' ? { through: withoutPrivileges() } : {}),
      });
      let hung = false;
      const watchdog = setTimeout(
        () => {
          hung = true;
          process.kill('SIGKILL');
        },
        patienceMs[this.#row.large === true ? 'large' : 'small'],
      );
      await meanwhile(process);
      const ended = await process.ended;
      clearTimeout(watchdog);
      return { ...ended, hung, ms: performance.now() - before, cpuMs: this.#cpuMs() };
    });
  }

  #cpuMs(): number {
    const usage = readFileSync(this.#ground.path(usageFile), 'utf8');
    const { ownMicros, childTicks } = JSON.parse(usage) as { ownMicros: number; childTicks: number };
    return ownMicros / 1_000 + childTicks * tickMs;
  }

  [Symbol.dispose](): void {
    this.#ground[Symbol.dispose]();
  }

  #name(): string {
    return `plan.${this.#row.ending ?? 'json'}`;
  }

  #makePlan(): string {
    const { place, content } = this.#row;
    const name = this.#name();
    switch (place) {
      case 'missing':
        return name;
      case 'folder':
        mkdirSync(this.#ground.path(name));
        return name;
      case 'long name':
        return `${'x'.repeat(300)}.json`;
      case '/dev/null':
        return place;
      case 'pipe':
        this.#ground.write('plan.text', content());
        execFileSync('mkfifo', [this.#ground.path(name)]);
        return name;
      default:
        this.#ground.write(name, content());
    }
    if (place === 'unreadable') chmodSync(this.#ground.path(name), 0);
    return place === 'under a file' ? `${name}/${name}` : name;
  }
}

const usageFile = 'usage.json';
/** Of proc(5), on every Linux of today. */
const tickMs = 10;

/** The one place outside the state folder: see decision 14. */
const compileCache = '.cache/orch/compile-cache';

function isCompiled(path: string): boolean {
  return `${compileCache}/`.startsWith(`${path}/`) || path.startsWith(`${compileCache}/`);
}

function allBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' });
}

/** Nothing is forbidden to root, unless it gives that up. */
function withoutPrivileges(): readonly string[] {
  return process.geteuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : [];
}
