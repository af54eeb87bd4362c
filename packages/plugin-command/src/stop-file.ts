import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
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
export function writeStop(path: string, reason: EndReason, since: number): StopRecord {
  try {
    writeFileSync(path, `${reason} ${Math.round(since)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const earlier = codeOf(error) === 'EEXIST' ? readStop(path) : undefined;
    if (earlier !== undefined) return earlier;
    // A full disk or a folder that is gone: the processes must end all the same.
  }
  return { reason, since, signalled: false };
}

export function writeSignalled(path: string): void {
  try {
    appendFileSync(path, signalledLine, { flag: 'a', mode: 0o600 });
  } catch {
    // As above. Whoever takes over now may send a second SIGTERM.
  }
}

export function readStop(path: string): StopRecord | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const [, reason = '', since] = /^([a-z]+) (\d+)\n/.exec(text) ?? [];
  if (!reasons.includes(reason)) return undefined;
  return { reason: reason as EndReason, since: Number(since), signalled: text.endsWith(`\n${signalledLine}`) };
}
