import type { Backend } from '../backend/backend.ts';

/** An open backend: several orchestrators of a script may have been handed the same one. */
interface Sharing {
  readonly opening: Promise<void>;
  /** How many have opened it and not closed it yet. */
  users: number;
  closing?: Promise<void>;
}

const sharings = new WeakMap<Backend, Sharing>();

/** Opens a backend, unless it is open. Each call that it answers asks for one of {@link closeShared}. */
export async function openShared(backend: Backend): Promise<void> {
  for (let known = sharings.get(backend); known?.closing !== undefined; known = sharings.get(backend))
    await known.closing.catch(() => undefined);
  const sharing = sharings.get(backend) ?? { opening: backend.open(), users: 0 };
  sharings.set(backend, sharing);
  sharing.users++;
  try {
    await sharing.opening;
  } catch (error) {
    if (sharings.get(backend) === sharing) sharings.delete(backend);
    throw error;
  }
}

/** Closes a backend, once the last of those that opened it says so. */
export async function closeShared(backend: Backend): Promise<void> {
  const sharing = sharings.get(backend);
  if (sharing === undefined || --sharing.users > 0) return;
  sharing.closing = backend.close();
  try {
    await sharing.closing;
  } finally {
    sharings.delete(backend);
  }
}
