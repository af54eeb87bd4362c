import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { backendConformance, manualClock } from '@orch/testkit';
import { logBackend } from './log-backend.ts';

backendConformance({
  test,
  lacks: ['changed', 'check', 'damage', 'newer'],
  create() {
    const place = mkdtempSync(join(tmpdir(), 'log-backend-'));
    const folder = join(place, 'log');
    const clock = manualClock();
    const backend = () => logBackend(folder, () => clock.now());
    return {
      backend: backend(),
      reopen: async () => backend(),
      advance: (ms) => clock.advance(ms),
      setBack: (ms) => clock.jump(-ms),
      outside: () => readdirSync(place).filter((name) => name !== 'log'),
      processes: { module: new URL('log-backend.ts', import.meta.url), name: 'logBackend', argument: folder },
      cleanup: () => rmSync(place, { recursive: true }),
    };
  },
});
