import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from '@orch/core/node';
import type { StopReason } from '@orch/core/author';
import { codeOf } from './system-error.ts';

/** Why an attempt is ended: the engine's reasons, no output for too long, or `on_orphan: kill`. */
export type EndReason = StopReason | 'idle' | 'orphan';

/** What a `.stop` file says: whoever takes over goes on with the same grace and reports the same reason. */
export interface StopRecord {
  readonly reason: EndReason;
  /** Monotonic time in milliseconds at which the grace began. */
  readonly since: number;
  /** Whether the processes have had their SIGTERM: they get one only. */
  readonly signalled: boolean;
}

/** The `.stop` of an attempt. */
export interface StopFile {
  readonly path: string;
  /** Of the attempt: the file of another one does not count. */
  readonly marker: string;
}

const reasons: readonly string[] = [
  'timeout',
  'cancelled',
  'stopped',
  'replaced',
  'idle',
  'orphan',
] satisfies EndReason[];
const signalledLine = 'signalled\n';

/** Written before the first signal. An earlier record stays: the first reason counts. */
export function writeStop(file: StopFile, reason: EndReason, since: number): StopRecord {
  try {
    writeFileSync(file.path, stopLine(file, reason, Math.round(since)), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const earlier = codeOf(error) === 'EEXIST' ? earlierStop(file) : undefined;
    if (earlier !== undefined) return earlier;
    // A full disk or a folder that is gone: the processes must end all the same.
  }
  return { reason, since, signalled: false };
}

/** One that can't be read must not keep the signals from being sent. */
function earlierStop(file: StopFile): StopRecord | undefined {
  try {
    return readStop(file);
  } catch {
    return undefined;
  }
}

export function writeSignalled({ path }: StopFile): void {
  try {
    appendFileSync(path, signalledLine, { flag: 'a', mode: 0o600 });
  } catch {
    // As above. Whoever takes over now may send a second SIGTERM.
  }
}

/** `undefined`: there is none, or it is not as it was written. */
export function readStop(file: StopFile): StopRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file.path, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const [line, reason = '', since] = /^([a-z]+) (\d+) [0-9a-f]{8}\n/.exec(text) ?? [];
  if (!reasons.includes(reason) || line !== stopLine(file, reason, Number(since))) return undefined;
  return { reason: reason as EndReason, since: Number(since), signalled: text.endsWith(`\n${signalledLine}`) };
}

function stopLine({ marker }: StopFile, reason: string, since: number): string {
  const check = crc32(`${marker} ${reason} ${since}`).toString(16).padStart(8, '0');
  return `${reason} ${since} ${check}\n`;
}
