import { readFile } from 'node:fs/promises';
import { jsonBackend } from '@orch/backend-json';
import { Orchestrator, workflow } from '@orch/core';
import { command, commandPlugin } from '@orch/plugin-command';
import { retry, retryPlugin } from '@orch/plugin-retry';
import { z } from 'zod';
import { publish } from './registry.mts';

export const release = workflow('release', {
  inputs: z.object({ version: z.string().min(1), e2e: z.boolean().default(true), token: z.string() }),
  secrets: ['token'],
})
  .phase('packages', { run: async () => JSON.parse(await readFile('packages.json', 'utf8')) as string[] })
  .phase('build', { run: command('node --run build'), timeout: '10m' })
  .phase('test', {
    dependsOn: ['build'],
    run: command('node --run test', { output: z.object({ passed: z.number() }) }),
    options: [retry({ maxAttempts: 3, delay: '5s' })],
  })
  .phase('e2e', {
    dependsOn: ['build'],
    if: ({ inputs }) => inputs.e2e,
    run: command(['node', '--run', 'e2e'], { output: z.object({ report: z.string() }) }),
    timeout: '40m',
  })
  .phase('publish', {
    dependsOn: ['packages', 'test', 'e2e'],
    options: [retry({ maxAttempts: 5 })],
    run: async ({ outputs, inputs: { version, token }, signal, idempotencyKey }) => {
      for (const name of outputs.packages)
        await publish({ name, version, token, signal, idempotencyKey: `${idempotencyKey}/${name}` });
      return outputs.packages.map((name) => ({ name, version }));
    },
  })
  .phase('notes', {
    dependsOn: ['publish', 'test', 'e2e'],
    run: ({ outputs: { publish: published, test, e2e } }) =>
      `${published.map(({ name }) => name).join(', ')}: ${test.passed} tests, ${e2e?.report ?? 'no e2e'}`,
  })
  .phase('clean', {
    dependsOn: ['notes'],
    after: 'always',
    run: ({ outputs, log }) => log.info(outputs.notes?.toUpperCase() ?? 'nothing published'),
  });

if (import.meta.main) {
  const orch = new Orchestrator({ backend: jsonBackend('.orch'), plugins: [commandPlugin(), retryPlugin()] });
  const version = process.argv[2] ?? '';
  const inputs = { version, e2e: true, token: process.env['TOKEN'] ?? '' };
  const result = await orch.execute(release, { runId: `release-${version}`, inputs }).result();
  await orch.close();
  process.exitCode = result.status === 'completed' ? 0 : 1;
  if (result.status === 'completed') console.log(result.outputs.notes);
  else for (const { phase, message } of result.failures) console.error(`${phase}: ${message}`);
}
