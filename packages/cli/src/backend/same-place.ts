import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BackendPlace } from './backend-place.ts';

/** The same for each spelling of a backend: a folder behind a link is one folder. */
export function placeKey({ kind, address, name }: BackendPlace): string {
  return kind === 'redis' ? name : `${kind}:${realPath(address)}`;
}

/** Each backend once, as it is spelled first. Links are followed only where there are several: a start of orch has one. */
export function eachOnce(backends: readonly BackendPlace[]): readonly BackendPlace[] {
  const named = firstOfEach(backends, ({ name }) => name);
  return named.length > 1 ? firstOfEach(named, placeKey) : named;
}

function firstOfEach(backends: readonly BackendPlace[], keyOf: (one: BackendPlace) => string): readonly BackendPlace[] {
  const found = new Map<string, BackendPlace>();
  for (const backend of backends) {
    const key = keyOf(backend);
    if (!found.has(key)) found.set(key, backend);
  }
  return [...found.values()];
}

/** Without links, also of what is not there yet. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realPath(above), basename(path));
  }
}
