import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { Playground } from '../../../packages/cli/test/orch-process.ts';
import type { Ended } from '../../../packages/cli/test/orch-process.ts';
import type { OddPlan } from './row.ts';

/** Ends what hangs. An answer takes a tenth of a second, of large plans seconds: machines may be ten times slower. */
const patienceMs = { small: 20_000, large: 100_000 };

export interface Answer extends Ended {
  /** It took far too long, and was ended. */
  readonly hung: boolean;
  readonly ms: number;
}

/** A folder with an odd plan in it, and nothing else. */
export class OddGround implements Disposable {
  /** How the command line calls the plan. */
  readonly path: string;
  readonly #ground = new Playground();
  readonly #row: OddPlan;

  constructor(row: OddPlan) {
    this.#row = row;
    this.path = this.#makePlan();
    // Whatever thinks of writing there is seen.
    for (const folder of ['home', 'tmp']) mkdirSync(this.#ground.path(folder));
  }

  /** What is in the folder but for the plan itself: each file and folder that somebody made. */
  made(): string[] {
    const own = new Set(['home', 'tmp', 'plan.json', 'plan.text']);
    return readdirSync(this.#ground.folder, { recursive: true, encoding: 'utf8' }).filter((it) => !own.has(it));
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
      writer = spawn('sh', ['-c', 'cat plan.text > plan.json'], { cwd: this.#ground.folder, stdio: 'ignore' });
    try {
      return await task();
    } finally {
      writer?.kill('SIGKILL');
    }
  }

  orch(...args: readonly string[]): Promise<Answer> {
    return this.fed(async () => {
      const before = performance.now();
      const process = this.#ground.start(args, {
        env: { HOME: this.#ground.path('home'), TMPDIR: this.#ground.path('tmp') },
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
      const ended = await process.ended;
      clearTimeout(watchdog);
      return { ...ended, hung, ms: performance.now() - before };
    });
  }

  [Symbol.dispose](): void {
    this.#ground[Symbol.dispose]();
  }

  #makePlan(): string {
    const { place, content } = this.#row;
    switch (place) {
      case 'missing':
        return 'plan.json';
      case 'folder':
        mkdirSync(this.#ground.path('plan.json'));
        return 'plan.json';
      case 'long name':
        return `${'x'.repeat(300)}.json`;
      case '/dev/null':
        return place;
      case 'pipe':
        this.#ground.write('plan.text', content());
        execFileSync('mkfifo', [this.#ground.path('plan.json')]);
        return 'plan.json';
      default:
        this.#ground.write('plan.json', content());
    }
    if (place === 'unreadable') chmodSync(this.#ground.path('plan.json'), 0);
    return place === 'under a file' ? 'plan.json/plan.json' : 'plan.json';
  }
}

/** Nothing is forbidden to root, unless it gives that up. */
function withoutPrivileges(): readonly string[] {
  return process.geteuid?.() === 0 ? ['setpriv', '--bounding-set=-all', '--inh-caps=-all'] : [];
}
