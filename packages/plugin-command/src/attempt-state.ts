import { mkdirSync, readFileSync } from 'node:fs';
import { codeOf } from './system-error.ts';

/** What an attempt's `.state` says. Only lines that are whole count. */
export type AttemptState =
  /** Nobody claimed it: its wrapper has not begun, and still may. */
  | { readonly kind: 'absent' }
  /** A recoverer's folder: the wrapper never began, and never will. */
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'claimed'; readonly pid?: number; readonly exitCode?: number };

/** `isMarker`: a file of another attempt, or a damaged one, says no more than that somebody claimed it. */
export function readState(path: string, isMarker: (marker: string) => boolean): AttemptState {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    switch (codeOf(error)) {
      case 'ENOENT':
        return { kind: 'absent' };
      case 'EISDIR':
        return { kind: 'abandoned' };
      default:
        throw error;
    }
  }
  const [, pid, marker = '', exitCode] = /^(\d+) (\S+)\n(?:exit (\d+) \3\n)?/.exec(text) ?? [];
  // 0 and 1 are no pids of a wrapper, and signals to their groups would reach everybody.
  if (!(Number(pid) > 1) || !isMarker(marker)) return { kind: 'claimed' };
  return { kind: 'claimed', pid: Number(pid), ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }) };
}

/** Makes sure that no late wrapper begins. `false`: something stands there already. */
export function abandon(path: string): boolean {
  try {
    mkdirSync(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}
