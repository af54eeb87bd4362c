import { cpSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { jsonBackend } from '@orch/backend-json';
import { sqliteBackend } from '@orch/backend-sqlite';
import { Orchestrator } from '@orch/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { orchFile, Playground } from '../orch-process.ts';

const preload = fileURLToPath(new URL('./killing-calls.mjs', import.meta.url));
const killing = ['--import', preload];

let ground: Playground;
beforeAll(async () => {
  ground = new Playground();
  ground.plan([{ name: 'a', command: 'echo from a' }]);
  for (const backend of ['json', 'sqlite'])
    for (const run of ['one', 'two']) {
      const place = ['--state-dir', `made-${backend}`, '--backend', backend];
      await ground.orch('execute', 'plan.json', '--run-id', run, '--output', 'none', ...place);
    }
});
afterAll(() => ground[Symbol.dispose]());

/** Runs as a next process has them: each is read to its end, and has its log. */
async function wholeRuns(backend: string, state: string): Promise<readonly string[]> {
  const opened = backend === 'json' ? jsonBackend(state) : sqliteBackend(`${state}/orch.db`);
  const log = {
    info: () => {},
    warn: (text: string) => {
      throw new Error(text);
    },
  };
  await using orchestrator = new Orchestrator({ backend: opened, log });
  const found: string[] = [];
  for await (const { runId } of orchestrator.list()) {
    const { status } = await orchestrator.show(runId);
    if (status !== 'completed') throw new Error(`${runId} is ${status}`);
    const logs = readdirSync(`${state}/runs/${runId}/attempts`).filter((name) => name.endsWith('.log'));
    if (logs.length !== 1) throw new Error(`${runId} has ${logs.length} logs`);
    found.push(runId);
  }
  return found.toSorted();
}

test.each(['json', 'sqlite'])(
  'a prune of %s that is killed at any call leaves each run whole or gone, and the next one finishes it',
  async (backend) => {
    const state = ground.path('state');
    const prune = ['prune', '--keep-last', '1', '--state-dir', state];
    let kills = 0;
    let seen = 0;
    for (let at = 1; ; at++) {
      rmSync(state, { recursive: true, force: true });
      cpSync(ground.path(`made-${backend}`), state, { recursive: true });
      const program = [process.execPath, ...killing, orchFile];
      const env = { KILL_AT: String(at), NODE_DISABLE_COMPILE_CACHE: '1' };
      const { signal, code, stderr } = await ground.start(prune, { program, env }).ended;
      if (signal !== 'SIGKILL') {
        expect(code, stderr).toBe(0);
        expect(await wholeRuns(backend, state)).toEqual(['two']);
        break;
      }
      kills++;
      const left = await wholeRuns(backend, state);
      expect([['one', 'two'], ['two']]).toContainEqual(left);
      // Where nothing was decided, the next one is like the first.
      if (left.length === 2) continue;
      seen++;
      const doctor = await ground.orch('doctor', '--state-dir', state);
      expect(doctor, `killed at ${at}`).toMatchObject({ code: 0 });
      const again = await ground.orch(...prune);
      expect(again, `killed at ${at}`).toMatchObject({ code: 0 });
      expect(await wholeRuns(backend, state), again.stderr).toEqual(['two']);
      const names = readdirSync(`${state}/runs`).filter((name) => name !== '.epochs');
      expect(names, `killed at ${at}`).toEqual(['two']);
      expect(readdirSync(`${state}/runs/two`).filter((name) => name.startsWith('.removing'))).toEqual([]);
    }
    // Both sides of the moment that decides were met.
    expect(kills).toBeGreaterThan(5);
    expect(seen).toBeGreaterThan(1);
    expect(seen).toBeLessThan(kills);
  },
  300_000,
);

test('a prune of a run and its copy that is killed at any call leaves the logs to what is left of them', async () => {
  const state = ground.path('state');
  const prune = ['prune', '--keep-last', '1', '--state-dir', state];
  cpSync(ground.path('made-json'), ground.path('made-both'), { recursive: true });
  for (const run of ['one', 'two']) await ground.orch('copy', run, '--to', 'sqlite', '--state-dir', 'made-both');
  const met = new Set<string>();
  for (let at = 1; ; at++) {
    rmSync(state, { recursive: true, force: true });
    cpSync(ground.path('made-both'), state, { recursive: true });
    const program = [process.execPath, ...killing, orchFile];
    const env = { KILL_AT: String(at), NODE_DISABLE_COMPILE_CACHE: '1' };
    const { signal } = await ground.start(prune, { program, env }).ended;
    // Each that is left has its log.
    const left = await Promise.all(['json', 'sqlite'].map((backend) => wholeRuns(backend, state)));
    met.add(left.map((runs) => runs.length).join(' '));
    if (signal !== 'SIGKILL') break;
    const again = await ground.orch(...prune);
    expect(again, `killed at ${at}`).toMatchObject({ code: 0 });
    for (const backend of ['json', 'sqlite']) expect(await wholeRuns(backend, state), again.stderr).toEqual(['two']);
    expect(readdirSync(`${state}/runs`).filter((name) => name !== '.epochs')).toEqual(['two']);
  }
  expect([...met]).toEqual(['2 2', '2 1', '1 1']);
}, 300_000);
