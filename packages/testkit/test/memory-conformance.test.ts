import { memoryBackend } from '@orch/core';
import type { Backend } from '@orch/core/author';
import { test } from 'vitest';
import { backendConformance, manualClock } from '../src/index.ts';

backendConformance({
  test,
  lacks: ['check', 'damage', 'newer', 'outside', 'processes'],
  create() {
    const clock = manualClock();
    const backend = memoryBackend({ now: () => clock.now() });
    // Nothing outlives this process: the next one sees what the first one still has.
    const reopen = async (): Promise<Backend> => backend;
    return {
      backend,
      reopen,
      advance: (ms) => clock.advance(ms),
      setBack: (ms) => clock.jump(-ms),
      cleanup: () => undefined,
    };
  },
});
