import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendConformance } from '@orch/testkit';
import { afterEach, test, vi } from 'vitest';
import { textsBeside } from '../../../test/texts-beside.ts';
import { sqliteBackend } from '../src/index.ts';
import { edit } from './stage.ts';

afterEach(() => vi.useRealTimers());

backendConformance({
  test,
  // SQLite tells nobody of a change, and asking it again and again is what core does without `changed`. A format is that of
  // the file, not of a run: `file.test.ts` has newer files.
  lacks: ['changed', 'newer'],
  create() {
    const folder = mkdtempSync(join(tmpdir(), 'backend-sqlite-'));
    const file = join(folder, 'orch.db');
    const moveClock = (ms: number): void => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    writeFileSync(join(folder, 'orch.db2'), 'of a neighbour');
    return {
      backend: sqliteBackend(file),
      reopen: async () => sqliteBackend(file),
      advance: moveClock,
      setBack: (ms) => moveClock(-ms),
      outside: () => textsBeside(folder, 'orch.db{,-wal,-shm}'),
      processes: { module: new URL('../src/index.ts', import.meta.url), name: 'sqliteBackend', argument: file },
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
