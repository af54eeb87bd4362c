// Runs a program under strace: to see which calls its main thread makes, and to do something at the k-th of them. Without
// -f, so that neither commands nor wrappers are touched; the thread pool is not either: where a flush goes to it, its
// neighbours in the main thread are hit, between which the kernel sees nothing else of orch.
import { join } from 'node:path';

/** What happens instead of a call: the process is killed, or the call fails. */
export type Fault = { readonly signal: 'SIGKILL' } | { readonly error: string };

/** Which call of the main thread. */
export interface Aim {
  readonly name: string;
  /** Among the calls of that name since the program was started, as far as they are about `path`: 1, 2, … */
  readonly ordinal: number;
  /**
   * What it is about, relative to the folder. Absent: nothing, or what has another name each time, so that all calls of
   * the name are counted, and there may be one more at a start than at another.
   */
  readonly path?: string;
}

/** A call of the main thread. */
export interface TracedCall extends Aim {
  /** Its name and what it is about, the same in each run. */
  readonly what: string;
  /** The world may be another after it: before any other call a kill finds what it finds before the next one that changes. */
  readonly changes: boolean;
  /** Its ordinal depends on how many processes the machine has: calls that are counted, too, look at each of them. */
  readonly moves: boolean;
}

export interface Injection extends Aim {
  readonly fault: Fault;
}

export interface TraceTo {
  readonly file: string;
  /** What is traced is about it. */
  readonly folder: string;
  readonly injection?: Injection | undefined;
}

/** The program and arguments that start another program, its calls told in `file`. */
export function straceTo({ file, folder, injection }: TraceTo): readonly string[] {
  const always = ['strace', '-qq', '-y', '-s', '0', '-o', file];
  if (injection === undefined) return always;
  const { name, ordinal, path, fault } = injection;
  const act = 'signal' in fault ? `signal=${fault.signal}` : `error=${fault.error}`;
  // A path is compared with what the program says, which may be relative to the folder.
  const only = path === undefined ? [] : [join(folder, path), ...(path === '' ? [] : [path])];
  return [
    ...always,
    ...only.flatMap((it) => ['-P', it]),
    '-e',
    `trace=${name}`,
    '-e',
    `inject=${name}:${act}:when=${ordinal}`,
  ];
}

const callPattern = /^(\w+)\((.*)$/;
const spawns: ReadonlySet<string> = new Set(['pipe2', 'clone', 'clone3', 'fork', 'vfork']);
/** About a file that it does not name. */
const watches = 'inotify_init1';

const reads: ReadonlySet<string> = new Set(
  (
    'access faccessat faccessat2 stat lstat fstat newfstatat statx readlink readlinkat getcwd getdents64 lseek ' +
    'pread64 fcntl fadvise64 poll inotify_init1 inotify_add_watch'
  ).split(' '),
);

/** Calls that concern what lies in a folder, the watching of it, the starting of commands, and what orch prints. */
export function callsAbout(folder: string, trace: string): TracedCall[] {
  const counts = new Map<string, number>();
  const count = (what: string): number => {
    const ordinal = (counts.get(what) ?? 0) + 1;
    counts.set(what, ordinal);
    return ordinal;
  };
  const found: TracedCall[] = [];
  // Starting itself takes threads and pipes, too.
  let hasBegun = false;
  let hasSwept = false;
  const sweeping = new Set<string>();
  let isSpawning = false;
  for (const line of trace.split('\n')) {
    const [, name, rest = ''] = callPattern.exec(line) ?? [];
    if (name === undefined) continue;
    const ordinal = count(name);
    const paths = pathsIn(folder, rest);
    const ordinals = paths.map((path) => count(`${name} ${path}`));
    hasSwept ||= rest.includes('"/proc"');
    if (hasSwept && /["<]\/proc[/">]/.test(rest)) sweeping.add(name);
    // From the pipe of a start to the call after it that is about a file, which closes the log of the attempt.
    hasBegun ||= paths.length > 0;
    const isSpawnCall = hasBegun && spawns.has(name) && !rest.includes('CLONE_THREAD');
    isSpawning = isSpawnCall || (isSpawning && paths.length === 0);
    const isSpawn = isSpawnCall || (isSpawning && (name === 'close' || name === 'read'));
    const isPrint = name === 'write' && rest.startsWith('1<');
    if (paths.length === 0 && !isSpawn && !isPrint && !(hasBegun && name === watches)) continue;
    const isRead = reads.has(name) || (name.startsWith('open') && rest.includes('O_RDONLY'));
    const isOfFile = paths.length > 0 && (name === 'read' || name === 'close');
    const what = inWords(name, rest, paths);
    const path = paths.length === 1 && !varying.test(paths[0]!) ? paths[0] : undefined;
    const aim = path === undefined ? { ordinal } : { ordinal: ordinals[0]!, path };
    const moves = path === undefined && sweeping.has(name);
    found.push({ name, ...aim, what, changes: !isRead && !isOfFile, moves });
  }
  return found;
}

function inWords(name: string, args: string, paths: readonly string[]): string {
  const isPrint = name === 'write' && args.startsWith('1<');
  return `${name} ${paths.length > 0 ? paths.join(' ') : isPrint ? 'stdout' : 'no file'}`;
}

/** What stands for a part of a path that is another in each run. */
const varying = /\.new\b|\.KEY\./;

/** Paths below the folder, without what is another in each run. */
export function pathsIn(folder: string, args: string): string[] {
  const named = args
    .replace(/^AT_FDCWD<([^>]*)>, "(?!\/)([^"]+)"/, (_, place: string, path: string) => `"${place}/${path}"`)
    .replace(/^AT_FDCWD<[^>]*>/, '');
  const paths = [...named.matchAll(/["<](\/[^">]*)[">]/g)]
    .map(([, path = '']) => path)
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .map((path) =>
      path
        .slice(folder.length + 1)
        .replaceAll(/\.new-[\w-]+/g, '.new')
        .replace(/\.[0-9a-f]{8}(\.(?:log|stdout|state|command|stop))$/, '.KEY$1'),
    );
  // What was opened is named twice: as it was asked for, and by the descriptor that came of it.
  return [...new Set(paths)];
}

/** What each call of one name was about, in their order: also those that `callsAbout` leaves out. */
export function callsNamed(name: string, folder: string, trace: string): readonly string[] {
  return trace
    .split('\n')
    .filter((line) => line.startsWith(`${name}(`))
    .map((line) => line.slice(name.length + 1))
    .map((args) => inWords(name, args, pathsIn(folder, args)));
}

/** `read` is not among them: Node reads pipes of its own with it, in no fixed order, and aborts where that fails. */
const spawnErrors = ['EAGAIN', 'ENOMEM'] as const;
const errorsOf: Readonly<Record<string, readonly string[]>> = {
  access: ['EIO'],
  clone: spawnErrors,
  clone3: spawnErrors,
  fdatasync: ['EIO', 'ENOSPC'],
  fsync: ['EIO', 'ENOSPC'],
  getdents64: ['EIO'],
  inotify_add_watch: ['ENOSPC'],
  inotify_init1: ['EMFILE'],
  link: ['ENOSPC', 'EIO', 'EROFS'],
  mkdir: ['ENOSPC', 'EIO', 'EROFS'],
  newfstatat: ['EIO'],
  pipe2: ['EMFILE'],
  pread64: ['EIO'],
  pwrite64: ['ENOSPC', 'EIO'],
  rename: ['ENOSPC', 'EIO', 'EROFS'],
  statx: ['EIO'],
  unlink: ['EIO', 'EROFS'],
  vfork: spawnErrors,
  write: ['ENOSPC', 'EIO'],
};

/** The errors that a call can fail with; none where a failure says nothing of orch, or is nothing that happens. */
export function errorsFor({ name, what, changes }: TracedCall): readonly string[] {
  if (what === 'write stdout') return [];
  if (name === 'openat' || name === 'open') return changes ? ['ENOSPC', 'EIO', 'EMFILE', 'EROFS'] : ['EIO', 'EMFILE'];
  return errorsOf[name] ?? errorsOf[withoutAt(name)] ?? [];
}

/** The one of those errors to try at a call, the `turn`-th of its name that is made to fail: each in turn. */
export function errorToTry(call: TracedCall, turn: number): string | undefined {
  const errors = errorsFor(call);
  return errors[turn % errors.length];
}

/** `renameat2` is another `rename`. */
function withoutAt(name: string): string {
  return name.replace(/at2?$/, '');
}
