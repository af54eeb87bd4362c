import { statSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** What stands at a path; `undefined`: nothing that can be reached, be it a circle of links or a name too long. */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
