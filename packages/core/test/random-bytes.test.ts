import * as fs from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fillWithRandom } from '../src/random-bytes.ts';

afterEach(() => vi.restoreAllMocks());

/** The modules of Node that it asked for; `node:fs` as `changed`. */
function watched(changed: Partial<typeof fs> = {}): string[] {
  const asked: string[] = [];
  const builtin = process.getBuiltinModule.bind(process);
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) => {
    asked.push(name);
    return name === 'node:fs' ? { ...fs, ...changed } : builtin(name);
  }) as typeof builtin);
  return asked;
}

/** Different each time, to the last byte, and of nearly all values: of 256, some 251 come in 1,024 random bytes. */
function expectRandom(fill: (bytes: Uint8Array) => void): void {
  const [one, other] = [new Uint8Array(1_024), new Uint8Array(1_024)];
  fill(one);
  fill(other);
  expect(one).not.toEqual(other);
  expect(one.subarray(-64)).not.toEqual(other.subarray(-64));
  for (const bytes of [one, other]) expect(new Set(bytes).size).toBeGreaterThan(200);
}

describe('random bytes', () => {
  it.skipIf(process.platform === 'win32')('come from the kernel, and no descriptor stays open', () => {
    const opened: number[] = [];
    const closed: number[] = [];
    const asked = watched({
      openSync: (...args) => {
        const fd = fs.openSync(...args);
        opened.push(fd);
        return fd;
      },
      closeSync: (fd) => {
        closed.push(fd);
        fs.closeSync(fd);
      },
    });
    expectRandom(fillWithRandom);
    expect(new Set(asked)).toEqual(new Set(['node:fs']));
    expect(opened).toHaveLength(2);
    expect(closed).toEqual(opened);
  });

  it.each<[string, Partial<typeof fs>]>([
    [
      'is no device there',
      {
        openSync: () => {
          throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        },
      },
    ],
    ['is a file in its place', { openSync: () => fs.openSync(import.meta.filename, 'r') }],
    ['is less than was asked for', { readSync: ((_fd: number, bytes: Uint8Array) => bytes.length - 1) as never }],
    [
      'is an error',
      {
        readSync: () => {
          throw Object.assign(new Error('input/output error'), { code: 'EIO' });
        },
      },
    ],
  ])('come from node:crypto where there %s', (_what, changed) => {
    const asked = watched(changed);
    expectRandom(fillWithRandom);
    expect(asked).toContain('node:crypto');
  });
});
