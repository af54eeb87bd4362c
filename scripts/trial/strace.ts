// Runs a program under strace: to see which calls its main thread makes, and to do something at the k-th of them. Without
// -f, so that neither commands nor wrappers are touched; the thread pool is not either: where a flush goes to it, its
// neighbours in the main thread are hit, between which the kernel sees nothing else of orch.

/** What happens instead of a call: the process is killed, or the call fails. */
export type Fault = { readonly signal: 'SIGKILL' } | { readonly error: string };

/** A call of the main thread. */
export interface TracedCall {
  readonly name: string;
  /** Among the calls of that name since the program was started: 1, 2, … */
  readonly ordinal: number;
  /** Its name and what it is about, the same in each run. */
  readonly what: string;
  /** The world may be another after it: before any other call a kill finds what it finds before the next one that changes. */
  readonly changes: boolean;
}

export interface Injection {
  readonly name: string;
  readonly ordinal: number;
  readonly fault: Fault;
}

/** The program and arguments that start another program, its calls told in `file`. */
export function straceTo(file: string, injection?: Injection): readonly string[] {
  const always = ['strace', '-qq', '-y', '-s', '0', '-o', file];
  if (injection === undefined) return always;
  const { name, ordinal, fault } = injection;
  const act = 'signal' in fault ? `signal=${fault.signal}` : `error=${fault.error}`;
  return [...always, '-e', `trace=${name}`, '-e', `inject=${name}:${act}:when=${ordinal}`];
}

const callPattern = /^(\w+)\((.*)$/;
const spawns: ReadonlySet<string> = new Set(['pipe2', 'clone', 'clone3', 'fork', 'vfork']);

const reads: ReadonlySet<string> = new Set(
  (
    'access faccessat faccessat2 stat lstat fstat newfstatat statx readlink readlinkat getcwd getdents64 lseek ' +
    'pread64 fcntl fadvise64 poll inotify_add_watch'
  ).split(' '),
);

/** Calls that concern what lies in a folder, the starting of commands, and what orch prints. */
export function callsAbout(folder: string, trace: string): TracedCall[] {
  const counts = new Map<string, number>();
  const found: TracedCall[] = [];
  // Starting itself takes threads and pipes, too.
  let hasBegun = false;
  let isSpawning = false;
  for (const line of trace.split('\n')) {
    const [, name, rest = ''] = callPattern.exec(line) ?? [];
    if (name === undefined) continue;
    const ordinal = (counts.get(name) ?? 0) + 1;
    counts.set(name, ordinal);
    const paths = pathsIn(folder, rest);
    // From the pipe of a start to the call after it that is about a file, which closes the log of the attempt.
    hasBegun ||= paths.length > 0;
    const isSpawnCall = hasBegun && spawns.has(name) && !rest.includes('CLONE_THREAD');
    isSpawning = isSpawnCall || (isSpawning && paths.length === 0);
    const isSpawn = isSpawnCall || (isSpawning && (name === 'close' || name === 'read'));
    const isPrint = name === 'write' && rest.startsWith('1<');
    if (paths.length === 0 && !isSpawn && !isPrint) continue;
    const subject = paths.length > 0 ? paths.join(' ') : isPrint ? 'stdout' : 'no file';
    const isRead = reads.has(name) || (name.startsWith('open') && rest.includes('O_RDONLY'));
    const isOfFile = paths.length > 0 && (name === 'read' || name === 'close');
    found.push({ name, ordinal, what: `${name} ${subject}`, changes: !isRead && !isOfFile });
  }
  return found;
}

/** Paths below the folder, without what is another in each run. */
function pathsIn(folder: string, args: string): string[] {
  const paths = [...args.replace(/^AT_FDCWD<[^>]*>/, '').matchAll(/["<](\/[^">]*)[">]/g)]
    .map(([, path = '']) => path)
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .map((path) =>
      path
        .slice(folder.length + 1)
        .replaceAll(/\.new-[\w-]+/g, '.new')
        .replace(/\.[0-9a-f]{8}(\.(?:log|state|command|stop))$/, '.KEY$1'),
    );
  // What was opened is named twice: as it was asked for, and by the descriptor that came of it.
  return [...new Set(paths)];
}

/** The call that a trace with an injection ends at, or that failed there; `undefined`: the program made fewer. */
export function callHit(folder: string, trace: string, { name, ordinal }: Injection): string | undefined {
  const line = trace.split('\n').filter((it) => it.startsWith(`${name}(`))[ordinal - 1];
  if (line === undefined) return undefined;
  const paths = pathsIn(folder, line.slice(name.length + 1));
  return `${name} ${paths.length > 0 ? paths.join(' ') : line.startsWith('write(1<') ? 'stdout' : 'no file'}`;
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
  return errorsOf[name.replace(/at2?$/, '')] ?? [];
}
