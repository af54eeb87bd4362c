import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendConformance } from '@orch/testkit';
import { afterEach, test, vi } from 'vitest';
import { sqliteBackend } from '../src/index.ts';
import { edit } from './stage.ts';

afterEach(() => vi.useRealTimers());

backendConformance({
  test,
  // SQLite tells nobody of a change, and asking it again and again is what core does without `changed`.
  lacks: ['changed'],
  create() {
    const folder = mkdtempSync(join(tmpdir(), 'backend-sqlite-'));
    const file = join(folder, 'orch.db');
    return {
      backend: sqliteBackend(file),
      reopen: async () => sqliteBackend(file),
      advance: (ms) => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms }),
      damage: (run) =>
        edit(
          file,
          `UPDATE commits SET body = replace(body, 'event', 'evenT')
           WHERE id >> 26 = (SELECT number FROM runs WHERE id = '${run}')`,
        ),
      cleanup: () => rmSync(folder, { recursive: true }),
    };
  },
});
