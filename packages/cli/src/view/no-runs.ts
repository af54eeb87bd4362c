import type { BackendPlace } from '../backend/backend-place.ts';
import { harmless } from './text.ts';

/** What is said where a command finds nothing to tell of in those that it could ask. `isFiltered`: it looked for some runs only. */
export function noRunsIn(
  places: readonly BackendPlace[],
  { directory, isFiltered }: { readonly directory: string; readonly isFiltered: boolean },
): string {
  if (places.length === 0) return 'Whether there are runs is not known.';
  const names = places.map(({ name }) => harmless(name === 'json' ? directory : name));
  return `There are no ${isFiltered ? 'such ' : ''}runs in ${names.join(', ')}.`;
}
