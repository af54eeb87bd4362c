import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BackendPlace } from './backend-place.ts';

/** The same for each spelling of a backend: a folder behind a link is one folder. */
export function placeKey({ kind, address, name }: BackendPlace): string {
  return kind === 'redis' ? name : `${kind}:${realPath(address)}`;
}

/** Each backend once, as it is spelled first. */
export function eachOnce(backends: readonly BackendPlace[]): readonly BackendPlace[] {
  const found = new Map<string, BackendPlace>();
  for (const backend of backends) {
    const key = placeKey(backend);
    if (!found.has(key)) found.set(key, backend);
  }
  return [...found.values()];
}

/** Without links, also of what is not there yet. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), basename(path));
  }
}
