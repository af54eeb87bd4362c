import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backendConformance } from '@orch/testkit';
import { afterEach, test, vi } from 'vitest';
import { jsonBackend } from '../src/index.ts';

afterEach(() => vi.useRealTimers());

backendConformance({
  test,
  lacks: ['changed'],
  create() {
    const folder = mkdtempSync(join(tmpdir(), 'backend-json-'));
    const reopen = async () => jsonBackend(folder);
    const advance = (ms: number) => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
    return { backend: jsonBackend(folder), reopen, advance, cleanup: () => rmSync(folder, { recursive: true }) };
  },
});
