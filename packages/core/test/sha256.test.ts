import { hash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { sha256 as original } from '../src/sha256.ts';

let sha256: typeof original;
beforeEach(beginAnew);

/** It remembers how much it has hashed. */
async function beginAnew(): Promise<void> {
  vi.resetModules();
  ({ sha256 } = await import('../src/sha256.ts'));
}

const ofCrypto = (text: string): string => hash('sha256', text);

describe('sha256', () => {
  it.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('of %j is what FIPS 180-4 says', (text, wanted) => expect(sha256(text)).toBe(wanted));

  it('is that of node:crypto for every length up to four blocks', async () => {
    const text = Array.from({ length: 256 }, (_, at) => String.fromCharCode(at % 128)).join('');
    for (let length = 0; length <= text.length; length++) {
      if (length % 32 === 0) await beginAnew();
      expect(sha256(text.slice(-length)), `${length} bytes`).toBe(ofCrypto(text.slice(-length)));
    }
  });

  it('is that of node:crypto for texts of all sizes, whatever stands in them', async () => {
    let seed = 1;
    const next = (below: number): number => (seed = (seed * 48_271) % 0x7fffffff) % below;
    for (let round = 0; round < 300; round++) {
      await beginAnew();
      // All units of UTF-16 but many ASCII: lone surrogates, and characters of one to four bytes.
      const units = Array.from({ length: next(round * 20 + 1) }, () => next(next(2) === 0 ? 128 : 0x10000));
      const text = String.fromCharCode(...units);
      expect(sha256(text), JSON.stringify(text)).toBe(ofCrypto(text));
    }
  });

  it.each([16_384, 16_385, 1_000_000])('of %i bytes is that of node:crypto', (length) =>
    expect(sha256('x'.repeat(length))).toBe(ofCrypto('x'.repeat(length))),
  );

  it('is that of node:crypto where Buffer is of another realm than Uint8Array', async () => {
    vi.stubGlobal('Uint8Array', runInNewContext('Uint8Array'));
    try {
      await beginAnew();
      expect(Buffer.from('')).not.toBeInstanceOf(Uint8Array);
      for (const text of ['', 'ä€😀', '\ud800 alone', 'x'.repeat(20_000)]) expect(sha256(text)).toBe(ofCrypto(text));
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('node:crypto', () => {
  it('is not loaded for a short text', () => {
    using loaded = vi.spyOn(process, 'getBuiltinModule');
    sha256('x'.repeat(16_384));
    expect(loaded).not.toHaveBeenCalled();
  });

  it.each([
    ['a long text', ['x'.repeat(16_385)]],
    ['many short ones', Array.from({ length: 17 }, () => 'x'.repeat(1_000))],
  ])('is loaded for %s', (_what, texts) => {
    using loaded = vi.spyOn(process, 'getBuiltinModule');
    for (const text of texts) sha256(text);
    expect(loaded).toHaveBeenCalledExactlyOnceWith('node:crypto');
  });
});
