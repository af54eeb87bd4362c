import { crc32 as ofZlib } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { crc32Of } from '../src/crc32.ts';
import type { crc32 as original } from '../src/crc32.ts';

let crc32: typeof original;
beforeEach(beginAnew);

/** It remembers how much it has done. */
async function beginAnew(): Promise<void> {
  vi.resetModules();
  ({ crc32 } = await import('../src/crc32.ts'));
}

/** All bytes come in it. */
const bytes = Uint8Array.from({ length: 2_000 }, (_, at) => (at * at * 31 + at * 7) >>> 3);

describe('crc32', () => {
  it('has the check value of its definition', () => expect(crc32('123456789')).toBe(0xcbf43926));

  it('is that of node:zlib for every length, alone and continued, before that is loaded and after', async () => {
    for (let length = 0; length < 200; length++) {
      await beginAnew();
      const part = bytes.subarray(length, 2 * length);
      for (const when of ['before', 'after']) {
        expect(crc32(part), `${length} bytes, ${when}`).toBe(ofZlib(part));
        expect(crc32(part, 0xdeadbeef), `${length} bytes, ${when}, continued`).toBe(ofZlib(part, 0xdeadbeef));
        crc32(new Uint8Array(20_000));
      }
    }
  });

  it.each(['', 'orch run 1', 'ä€😀', '\ud800 alone', 'x'.repeat(100_000)])('of a text is that of its UTF-8', (text) => {
    expect(crc32(text)).toBe(ofZlib(text));
    expect(crc32(text, 7)).toBe(ofZlib(text, 7));
  });

  it.each([-1, 2 ** 32, Number.NaN, 1.5, Infinity])(
    'continued from %d is refused, by whatever it is done',
    (before) => {
      for (const part of [bytes.subarray(0, 5), bytes, new Uint8Array(20_000)])
        expect(() => crc32(part, before)).toThrow(
          new RangeError(`crc32: before is ${before}, and must be an integer from 0 to 4294967295 (\`value >>> 0\`)`),
        );
    },
  );

  it('is continued from the least and the greatest there is', () => {
    for (const part of [bytes.subarray(0, 5), bytes, new Uint8Array(20_000)])
      for (const before of [0, 2 ** 32 - 1]) expect(crc32(part, before)).toBe(ofZlib(part, before));
  });

  it('of parts, each continued from the one before, is that of the whole', () => {
    const parts = [0, 1, 70, 700, 2_000].map((end, index, ends) => bytes.subarray(ends[index - 1] ?? 0, end));
    expect(parts.reduce((before, part) => crc32(part, before), 0)).toBe(crc32(bytes));
  });

  it('of bytes among others is that of these alone', () => {
    expect(crc32Of(bytes, { start: 40, end: 61 })).toBe(ofZlib(bytes.subarray(40, 61)));
    expect(crc32Of(bytes, { start: 40, end: 61, before: 5 })).toBe(ofZlib(bytes.subarray(40, 61), 5));
  });
});

describe('node:zlib', () => {
  const load = (): ReturnType<typeof vi.spyOn> => vi.spyOn(process, 'getBuiltinModule');

  it('is not loaded for a short journal, nor ever for a few bytes', () => {
    using loaded = load();
    for (let record = 0; record < 32; record++) crc32(bytes.subarray(0, 500));
    for (let head = 0; head < 10_000; head++) crc32(bytes.subarray(0, 21));
    expect(loaded).not.toHaveBeenCalled();
  });

  it('is loaded once there is much to do, all at once or bit by bit', () => {
    using loaded = load();
    for (let record = 0; record < 50; record++) crc32(bytes.subarray(0, 500));
    expect(loaded).toHaveBeenCalledExactlyOnceWith('node:zlib');
  });

  it('is loaded at once for a long text', () => {
    using loaded = load();
    crc32(new Uint8Array(20_000));
    expect(loaded).toHaveBeenCalledOnce();
  });
});
