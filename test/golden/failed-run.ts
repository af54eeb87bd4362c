// A real run that every golden file holds: of commands, driven until one of them failed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Orchestrator, workflow } from '@orch/core';
import type { Backend } from '@orch/core/author';
import { processHost } from '@orch/core/node';
import { command } from '@orch/plugin-command';
import { defaultPreset } from '../../packages/cli/src/preset.ts';

export const failedRun = 'failed';

/** `test` fails until this is in the environment. */
export const mendingVariable = 'ORCH_GOLDEN_MENDED';

const release = workflow('release')
  .phase('build', { run: command('echo built') })
  .phase('test', { run: command(`test -n "$${mendingVariable}"`), dependsOn: ['build'] })
  .phase('publish', { run: command('echo published'), dependsOn: ['test'] });

/** Of no machine that there is, and in a folder that each machine has. */
export async function writeFailedRun(backend: Backend): Promise<void> {
  const stateDirectory = mkdtempSync(join(tmpdir(), 'orch-golden-'));
  const here = processHost();
  const owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: 7, startTime: '1' };
  const orch = new Orchestrator({
    ...defaultPreset({ stateDirectory, backend }),
    host: { ...here, owner },
    log: { info: () => undefined, warn: () => undefined },
  });
  const { status } = await orch.execute(release, { runId: failedRun, directory: '/tmp' }).result();
  await orch.close();
  rmSync(stateDirectory, { recursive: true });
  if (status !== 'failed') throw new Error(`the run that was to fail is ${status}`);
}
