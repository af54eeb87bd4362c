import { readdirSync } from 'node:fs';
import { codeOf } from './system-error.ts';

/** Names in a folder; none where it does not exist. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
