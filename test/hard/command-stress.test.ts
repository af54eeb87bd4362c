// The stress of adoption, a few trials of each mode. More, and the planted faults: its run.ts says how.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { available } from './need.ts';

const folder = join(import.meta.dirname, '../../packages/plugin-command');

describe.runIf(available('strace'))('commands, their wrappers, and two orchs in a row, killed and held', () => {
  test('in each mode something was hit, and no promise broke', () => {
    const args = ['--conditions=source', '--no-warnings', 'stress/run.ts', '--short'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    expect(stdout + stderr).not.toContain('nothing was hit');
    const lines = [...stdout.matchAll(/^(\w+): trials ([1-9]\d*), hits [1-9]\d*, violations 0$/gm)];
    const seen = lines.map(([, mode = '']) => mode).toSorted();
    expect(seen).toEqual(['delay', 'orchestrator', 'random', 'recoverer', 'wrapper']);
    expect(status, stdout + stderr).toBe(0);
  });
});
