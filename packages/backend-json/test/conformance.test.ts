import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendConformance } from '@orch/testkit';
import { afterEach, test, vi } from 'vitest';
import { jsonBackend } from '../src/index.ts';

afterEach(() => vi.useRealTimers());

backendConformance({
  test,
  lacks: ['changed', 'shared-fence'],
  create() {
    const folder = mkdtempSync(join(tmpdir(), 'backend-json-'));
    const reopen = async () => jsonBackend(folder);
    const advance = (ms: number) => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    const damage = (run: string) => {
      const file = join(folder, 'runs', run, 'journal-1');
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(file, bytes);
    };
    return {
      backend: jsonBackend(folder),
      reopen,
      advance,
      damage,
      processes: { module: new URL('../src/index.ts', import.meta.url), name: 'jsonBackend', argument: folder },
      cleanup: () => rmSync(folder, { recursive: true }),
    };
  },
});
