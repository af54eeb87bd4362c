import type * as fs from 'node:fs';

/** What decides where the cache is. */
interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** Of this process; `undefined`: the system has none. */
  readonly user: number | undefined;
}

type FolderCalls = Pick<typeof fs, 'lstatSync' | 'mkdirSync' | 'statSync'>;

/**
 * Where what was compiled of orch is kept for its next start: a folder of this user only. Node's own default is one in the
 * temporary folder of the machine, which somebody else may have made first: what is read from there is run.
 */
export function compileCacheFolder(): string | undefined {
  const { env: environment } = process;
  if (environment['NODE_DISABLE_COMPILE_CACHE']) return undefined;
  // Whoever says where Node keeps it answers for the place; Node has made it when it began.
  if (environment['NODE_COMPILE_CACHE']) return environment['NODE_COMPILE_CACHE'];
  return findFolder(process.getBuiltinModule('node:fs'), { environment, user: process.geteuid?.() });
}

/**
 * `orch/compile-cache` in `XDG_CACHE_HOME`, else in `.cache` of `HOME`, made where it is missing. `undefined`: there is no
 * such place, it can't be made, or it is open to others.
 */
export function findFolder(calls: FolderCalls, { environment, user }: Surroundings): string | undefined {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = environment;
  try {
    // Somebody else's home, as with sudo, gets no folders that its owner can't remove.
    if (!cache.startsWith('/') && !(home.startsWith('/') && calls.statSync(home).uid === user)) return undefined;
    const base = cache.startsWith('/') ? cache : `${home}/.cache`;
    makeIfMissing(calls, base);
    if (calls.statSync(base).uid !== user) return undefined;
    let folder = base;
    for (const name of ['orch', 'compile-cache']) {
      folder = `${folder}/${name}`;
      makeIfMissing(calls, folder);
      const { uid, mode } = calls.lstatSync(folder);
      // A folder, no link to one, and of this user only.
      if (uid !== user || (mode & 0o170_077) !== 0o040_000) return undefined;
    }
    return folder;
  } catch {
    // Without it orch starts a little later, and does all else.
    return undefined;
  }
}

/** Looked for first: at nearly all starts it is there, and a call that fails takes ten times as long. */
function makeIfMissing(calls: FolderCalls, folder: string): void {
  if (calls.lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  try {
    calls.mkdirSync(folder, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
