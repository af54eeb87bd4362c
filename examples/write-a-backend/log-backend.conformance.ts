import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { backendConformance, manualClock } from '@orch/testkit';
import { logBackend } from './log-backend.ts';

backendConformance({
  test,
  lacks: ['changed', 'check', 'damage'],
  create() {
    const folder = mkdtempSync(join(tmpdir(), 'log-backend-'));
    const clock = manualClock();
    const backend = () => logBackend(folder, () => clock.now());
    return {
      backend: backend(),
      reopen: async () => backend(),
      advance: (ms) => clock.advance(ms),
      processes: { module: new URL('log-backend.ts', import.meta.url), name: 'logBackend', argument: folder },
      cleanup: () => rmSync(folder, { recursive: true }),
    };
  },
});
