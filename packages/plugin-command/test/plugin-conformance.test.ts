import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workflow } from '@orch/core';
import { pluginConformance } from '@orch/testkit';
import { test } from 'vitest';
import { command, commandPlugin } from '../src/index.ts';

const texts = { takes: ['a'], refuses: [null, '', 1, ['a'], 'a\0b'] };

pluginConformance({
  test,
  lacks: ['on-close', 'taps'],
  create() {
    const directory = mkdtempSync(join(tmpdir(), 'orch-plugin-'));
    return {
      plugin: commandPlugin({ directory }),
      options: {
        command: {
          takes: ['true', ['ls', '-l']],
          refuses: [null, '', ' ', [], [''], ['a', 1], {}],
        },
        env: { takes: [{}, { A: '1' }], refuses: [null, [], 'A=1', { A: 1 }, { '1A': '' }, { ORCH_KEY: '' }] },
        cwd: texts,
        shell: texts,
        grace: { takes: [0, 1.5, '500ms', '5s'], refuses: [null, -1, '5', 'x', []] },
        idle_timeout: { takes: [1, '2m'], refuses: [null, 0, -1, '0s', 'x'] },
        leave_running: { takes: [true, false], refuses: [null, 0, 'true'] },
        on_orphan: { takes: ['adopt', 'kill'], refuses: [null, '', 'ADOPT', true] },
      },
      workflow: workflow('commands')
        .phase('good', { run: command('true') })
        .phase('bad', { dependsOn: ['good'], run: command(['sh', '-c', 'exit 3']) }),
      cleanup: () => rmSync(directory, { recursive: true }),
    };
  },
});
