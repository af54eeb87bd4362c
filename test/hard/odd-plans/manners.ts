import { expect } from 'vitest';
import type { Ended } from '../../../packages/cli/test/orch-process.ts';

/** An answer, and nothing that only who wrote orch would understand, or that a terminal would act upon. */
export function checkManners({ signal, stdout, stderr }: Ended): void {
  expect(signal).toBeNull();
  for (const text of [stdout, stderr]) {
    // Not with toMatch: it would print megabytes.
    expect(/^\s+at .*[:(]\d+|node:internal|ORCH_INTERNAL|UnhandledPromise|heap out of memory/m.test(text)).toBe(false);
    expect(/[^\P{Cc}\n]/u.test(text)).toBe(false);
  }
  expect(/\p{Bidi_Control}/u.test(stderr)).toBe(false);
}
