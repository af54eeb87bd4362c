import type { BackendPlace } from '../backend/backend-place.ts';
import { harmless } from './text.ts';

/** What is said where a command finds nothing to tell of. `isFiltered`: it looked for some runs only. */
export function noRunsIn(
  places: readonly BackendPlace[],
  { directory, isFiltered }: { readonly directory: string; readonly isFiltered: boolean },
): string {
  const names = places.map(({ name }) => harmless(name === 'json' ? directory : name));
  return `There are no ${isFiltered ? 'such ' : ''}runs in ${names.join(', ')}.`;
}
