import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { backendConformance, manualClock } from '@orch/testkit';
import { logBackend } from './log-backend.ts';

backendConformance({
  test,
  lacks: ['changed', 'check'],
  create() {
    const place = mkdtempSync(join(tmpdir(), 'log-backend-'));
    const folder = join(place, 'log');
    const clock = manualClock();
    const backend = () => logBackend(folder, () => clock.now());
    const edit = (name: string, change: (text: string) => string) => {
      const file = join(folder, name);
      writeFileSync(file, change(readFileSync(file, 'utf8')));
    };
    return {
      backend: backend(),
      reopen: async () => backend(),
      advance: (ms) => clock.advance(ms),
      setBack: (ms) => clock.jump(-ms),
      damage: (run) => edit(`${run}@1`, (text) => text.replace('event', 'evenT')),
      makeNewer: (run) => edit(`${run}@2`, (text) => text.replace(/^1 /, '2 ')),
      outside: () => readdirSync(place).filter((name) => name !== 'log'),
      processes: { module: new URL('log-backend.ts', import.meta.url), name: 'logBackend', argument: folder },
      cleanup: () => rmSync(place, { recursive: true }),
    };
  },
});
