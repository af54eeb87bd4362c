import { nodeFiles } from '../src/files.ts';
import type { Files } from '../src/files.ts';

export type Call = keyof Files;

export interface FailingFiles extends Files {
  /** The calls that were made, newest last. */
  readonly calls: Call[];
  /** Asked before each call: an error code to fail with, `short` for a write that takes half, or nothing. */
  fail: (call: Call, count: number) => string | undefined;
}

/** The real files, with faults put in between. */
export function failingFiles(): FailingFiles {
  const calls: Call[] = [];
  const made = { calls, fail: () => undefined } as unknown as FailingFiles;
  for (const name of Object.keys(wrapped) as Call[]) {
    const real = nodeFiles[name] as (...args: unknown[]) => unknown;
    const call = (...args: unknown[]): unknown => {
      calls.push(name);
      const fault = made.fail(name, calls.length);
      if (fault === undefined) return real(...args);
      if (fault === 'short' && name === 'writeSync') {
        const [fd, bytes, offset, length, position] = args as [number, Buffer, number, number, number];
        return real(fd, bytes, offset, Math.ceil(length / 2), position);
      }
      const error = Object.assign(new Error(`${fault}: injected, ${name}`), { code: fault, syscall: name });
      if (name !== 'fdatasync') throw error;
      return (args[1] as (thrown: Error) => void)(error);
    };
    Object.assign(made, { [name]: call });
  }
  return made;
}

/** A flush goes through the thread pool after one that was slow: a test that fails flushes must mean both. */
export function isFlush(call: Call): boolean {
  return call === 'fdatasyncSync' || call === 'fdatasync';
}

const wrapped: Record<Call, true> = {
  accessSync: true,
  closeSync: true,
  fdatasync: true,
  fdatasyncSync: true,
  fstatSync: true,
  fsyncSync: true,
  ftruncateSync: true,
  futimesSync: true,
  linkSync: true,
  mkdirSync: true,
  openSync: true,
  readSync: true,
  readdirSync: true,
  renameSync: true,
  rmSync: true,
  statSync: true,
  unlinkSync: true,
  writeSync: true,
};
