// Builds what changed before tests that start the program as it is published, and before they run again at a change.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';

export default function setup(project: Pick<TestProject, 'onTestsRerun'>): void {
  build();
  project.onTestsRerun(() => Promise.resolve(build()));
}

/** With the Node that runs this, also where it was not started by way of npm. Seconds where something changed. */
function build(): void {
  const path = [dirname(process.execPath), join(import.meta.dirname, '../node_modules/.bin'), process.env['PATH']];
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'build-quietly.mjs')], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  if (status !== 0) throw new Error('Tests start the program that the build makes, and it failed.');
}
