// What the command line does with a real run of a golden file: a failed one, which is shown, checked and recovered.
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@orch/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadKeys } from '../packages/backend-redis/test/golden-keys.ts';
import type { GoldenKeys } from '../packages/backend-redis/test/golden-keys.ts';
import { startRedis } from '../packages/backend-redis/test/redis-server.ts';
import { Playground } from '../packages/cli/test/orch-process.ts';
import { failedRun, mendingVariable } from './golden/failed-run.ts';
import { available } from './hard/need.ts';

const golden = (kind: string, name: string): string =>
  join(import.meta.dirname, `../packages/backend-${kind}/test/golden`, name);

/** Puts a golden file to where it belongs, and answers with what `--backend` calls it. */
const placed: Readonly<Record<string, (state: string) => Promise<string>>> = {
  async json(state) {
    cpSync(golden('json', 'format-1'), state, { recursive: true });
    // Git keeps no empty folders.
    for (const run of [failedRun, 'free']) mkdirSync(join(state, 'runs', run, 'inbox'), { recursive: true });
    return 'json';
  },
  async sqlite(state) {
    mkdirSync(state);
    copyFileSync(golden('sqlite', 'format-1.db'), join(state, 'orch.db'));
    chmodSync(join(state, 'orch.db'), 0o600);
    return 'sqlite';
  },
  async redis() {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await loadKeys(server.client(), JSON.parse(readFileSync(golden('redis', 'format-1.json'), 'utf8')) as GoldenKeys);
    return server.url;
  },
};

describe.each([
  ['json', true],
  ['sqlite', true],
  ['redis', available('redis')],
] as const)('of format 1 in %s', (kind, isThere) => {
  test.runIf(isThere)('a failed run is shown, checked and recovered', () => shownCheckedAndRecovered(kind));
});

async function shownCheckedAndRecovered(kind: string): Promise<void> {
  using ground = new Playground();
  const backend = await placed[kind]!(ground.path('.orch'));
  const orch = (...args: readonly string[]): ReturnType<Playground['orch']> =>
    ground.orch(...args, '--backend', backend);
  const events = async (): Promise<readonly RunEvent[]> =>
    (await orch('events', failedRun)).stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RunEvent);

  const before = await events();
  expect(before.map(({ type }) => type)).toEqual([
    'run.created',
    'run.started',
    'checkpoint.created',
    'phase.started',
    'phase.completed',
    'checkpoint.created',
    'phase.started',
    'phase.failed',
    'phase.skipped',
    'run.failed',
  ]);
  expect(JSON.parse((await orch('show', failedRun, '--json')).stdout)).toMatchObject({
    status: 'failed',
    phases: [
      { name: 'build', status: 'completed' },
      { name: 'test', status: 'failed' },
      { name: 'publish', status: 'skipped' },
    ],
  });
  // Beside it are runs that never were those of a workflow, and doctor says so; also of files that anyone may read, after git.
  const { findings } = JSON.parse((await orch('doctor', '--json')).stdout) as {
    readonly findings: readonly { readonly run?: string }[];
  };
  expect(new Set(findings.flatMap(({ run }) => run ?? []))).toEqual(new Set(['every-event', 'free']));

  const env = { [mendingVariable]: 'yes' };
  const recovered = await ground.start(['recover', failedRun, '--backend', backend], { env }).ended;
  expect(recovered).toMatchObject({ code: 0 });
  const all = await events();
  expect(all.slice(0, before.length)).toEqual(before);
  expect(
    all.slice(before.length).flatMap((it) => (it.type === 'phase.started' ? [[it.phase, it.attempt]] : [])),
  ).toEqual([
    ['test', 2],
    ['publish', 1],
  ]);
  expect(all.at(-1)?.type).toBe('run.completed');
}
