import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A disk of some kilobytes, mounted at a folder of its own where nobody else sees it: programs see it when they are
 * started `through` it, and this process under `seen`.
 */
export class SmallDisk implements Disposable {
  /** Where programs that are started through it find it. */
  readonly folder: string;
  /** The same for this process. */
  readonly seen: string;
  readonly #keeper: ReturnType<typeof spawn>;

  private constructor(folder: string, keeper: ReturnType<typeof spawn>) {
    this.folder = folder;
    this.seen = `/proc/${keeper.pid}/root${folder}`;
    this.#keeper = keeper;
  }

  static async mounted(kilobytes: number): Promise<SmallDisk> {
    const folder = mkdtempSync(join(tmpdir(), 'orch-disk-'));
    const script = 'mount -t tmpfs -o "size=$1k" tmpfs "$2" && echo mounted && exec cat';
    const keeper = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', String(kilobytes), folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(keeper.stdout!, 'data');
    return new SmallDisk(folder, keeper);
  }

  /** The program and arguments that start another one in sight of the disk, in a folder. */
  through(folder: string): readonly string[] {
    const enter = ['nsenter', `--mount=/proc/${this.#keeper.pid}/ns/mnt`];
    return [...enter, 'sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', folder];
  }

  run(...command: readonly string[]): string {
    const [file = '', ...args] = [...this.through(this.folder), ...command];
    return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** Fills it up to so many bytes, which others may take or leave. */
  fill(leaveBytes: number): void {
    const free = Number(this.run('stat', '--file-system', '--format=%a', '.')) * 4096;
    this.run('sh', '-c', `head -c ${Math.max(0, free - leaveBytes)} /dev/zero >filler`);
  }

  empty(): void {
    this.run('rm', '-f', 'filler');
  }

  resize(kilobytes: number): void {
    this.run('mount', '-o', `remount,size=${kilobytes}k`, this.folder);
  }

  setReadOnly(isReadOnly: boolean): void {
    this.run('mount', '-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.folder);
  }

  [Symbol.dispose](): void {
    this.#keeper.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
