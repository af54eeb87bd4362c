import type * as fs from 'node:fs';

/** What decides where the cache is. */
interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** Of this process; `undefined`: the system has none. */
  readonly user: number | undefined;
}

type FolderCalls = Pick<typeof fs, 'lstatSync' | 'mkdirSync' | 'statSync'>;

/**
 * Lets Node keep what it compiled of orch for the next start, in a folder of this user. Node's own default is one in the
 * temporary folder of the machine, which somebody else may have made first: what is read from there is run.
 */
export function keepCompiledCode(): void {
  const { env: environment } = process;
  // Whoever says where Node keeps it, or that it keeps nothing, has been heard when Node began.
  if (environment['NODE_COMPILE_CACHE'] || environment['NODE_DISABLE_COMPILE_CACHE']) return;
  const folder = compileCacheFolder(process.getBuiltinModule('node:fs'), { environment, user: process.geteuid?.() });
  if (folder !== undefined) process.getBuiltinModule('node:module').enableCompileCache(folder);
}

/**
 * `orch/compile-cache` in `XDG_CACHE_HOME`, else in `.cache` of `HOME`, made where it is missing. `undefined`: there is no
 * such place, it can't be made, or it is open to others.
 */
export function compileCacheFolder(calls: FolderCalls, { environment, user }: Surroundings): string | undefined {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = environment;
  try {
    // Somebody else's home, as with sudo, gets no folders that its owner can't remove.
    if (!cache.startsWith('/') && !(home.startsWith('/') && calls.statSync(home).uid === user)) return undefined;
    const base = cache.startsWith('/') ? cache : `${home}/.cache`;
    make(calls, base);
    if (calls.statSync(base).uid !== user) return undefined;
    let folder = base;
    for (const name of ['orch', 'compile-cache']) {
      folder = `${folder}/${name}`;
      make(calls, folder);
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

function make(calls: FolderCalls, folder: string): void {
  try {
    calls.mkdirSync(folder, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
