// A Redis server that dies under a real orch with real commands, and a network that loses replies.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@orch/core';
import { describe, expect, it } from 'vitest';
import { startProxy } from '../../packages/backend-redis/test/proxy.ts';
import { startRedis } from '../../packages/backend-redis/test/redis-server.ts';
import { until } from '../../packages/cli/test/orch-process.ts';
import { appendScript } from '../../packages/backend-redis/src/scripts.ts';
import { chain } from '../../packages/testkit/src/graphs.ts';
import { killBeside } from '../../scripts/trial/commands.ts';
import { judgeJournal, judgePrinted } from '../../scripts/trial/judge-journal.ts';
import { judgeRun, readEvents, runId } from '../../scripts/trial/judge-run.ts';
import { OrchProcess, builtOrch } from '../../scripts/trial/orch-process.ts';
import type { OrchPlace } from '../../scripts/trial/orch-process.ts';
import { ownWorkload } from '../../scripts/trial/own-workload.ts';
import { processesOfTrial, remaining } from '../../scripts/trial/processes.ts';
import { oneRedis } from '../../scripts/trial/trial-backend.ts';
import { available } from './need.ts';

const execute = ['execute', 'plan.json', '--run-id', runId] as const;
const away = /^warning: Redis 7\S+ at \S+ has been away since .*: waiting up to (.*) s\..*$/gm;
const back = /^warning: Redis 7\S+ at \S+ is back$/gm;

describe.runIf(available('redis'))('redis-server killed in the middle of a run', () => {
  it('and started again in time: the run ends well, each command started once, and orch has said so', async () => {
    const server = await startRedis();
    using workload = ownWorkload(chain(3), { phaseMs: 300 });
    const backend = oneRedis(server.url);
    const place: OrchPlace = { program: builtOrch, folder: workload.prepare(), trial: randomUUID(), backend };
    try {
      const orch = new OrchProcess(place, execute);
      await orch.firstAttempt;
      await server.kill();
      // The command has ended, and its end could not be written.
      await Promise.all([
        orch.says(away),
        until(
          () => workload.readSteps(place.folder).ends.length === 1,
          () => 'the end of the command',
        ),
      ]);
      expect(orch.printed.map(({ type }) => type)).not.toContain('phase.completed');
      await server.restart();
      const { exitCode, stderr } = await orch.ended;
      expect([exitCode, stderr.match(away)?.length, stderr.match(back)?.length]).toEqual([0, 1, 1]);
      expect(await judgeRun(place, workload, { printed: orch.printed, killed: true })).toMatchObject({
        acknowledged: 3,
        interrupted: 0,
        faults: [],
      });
    } finally {
      killBeside('tree', place);
      await server.stop();
    }
  });

  it('for good: commands go on, orch ends with 5, and recover adopts what runs and takes what has ended', async () => {
    const server = await startRedis();
    using workload = ownWorkload(chain(1), { phaseMs: 0 });
    const place: OrchPlace = {
      program: builtOrch,
      folder: workload.prepare(),
      trial: randomUUID(),
      backend: oneRedis(server.url),
      environment: { ORCH_REDIS_RECONNECT: '300ms' },
    };
    const gated = (name: string): string =>
      `echo ${name} >>effects; until [ -e open-${name} ]; do sleep 0.05; done; echo done ${name} >>effects`;
    const phases = [
      { name: 'short', command: gated('short') },
      { name: 'long', command: gated('long') },
      { name: 'last', command: 'echo last >>effects', depends_on: ['short', 'long'] },
    ];
    const file = (name: string): string => join(place.folder, name);
    const effects = (): readonly string[] =>
      existsSync(file('effects')) ? readFileSync(file('effects'), 'utf8').split('\n').slice(0, -1) : [];
    writeFileSync(file('plan.json'), JSON.stringify({ workflow_id: 'w', phases }));
    try {
      const first = new OrchProcess(place, execute);
      await until(
        () => effects().length === 2,
        () => `two commands: ${effects().join()}`,
      );
      await server.kill();
      writeFileSync(file('open-short'), '');
      const { exitCode, stderr } = await first.ended;
      expect([exitCode, stderr.match(away)?.length]).toEqual([5, 1]);
      expect(stderr).toMatch(/waiting up to 0\.3 s[^]*ORCH_BACKEND_UNAVAILABLE/);
      expect(stderr).not.toMatch(/^ +at /m);
      await until(
        () => effects().length === 3,
        () => `the end of the short one: ${effects().join()}`,
      );
      expect(effects().toSorted()).toEqual(['done short', 'long', 'short']);
      expect(processesOfTrial(place.trial).length).toBeGreaterThan(0);

      await server.restart();
      const second = new OrchProcess(place, ['recover', runId]);
      await second.firstAttempt;
      writeFileSync(file('open-long'), '');
      expect(await second.ended).toMatchObject({ exitCode: 0 });
      expect(effects().toSorted()).toEqual(['done long', 'done short', 'last', 'long', 'short']);
      const events = await readEvents(place.backend.backendOf(place.folder));
      expect(judgeJournal(events)).toEqual([]);
      expect(judgePrinted(events, [...first.printed, ...second.printed])).toEqual([]);
      const of = (name: string): readonly RunEvent['type'][] =>
        events.flatMap((it) => ('phase' in it && it.phase === name ? [it.type] : []));
      expect(of('long')).toEqual(['phase.started', 'phase.adopted', 'phase.completed']);
      expect(of('short').filter((type) => type !== 'phase.adopted')).toEqual(['phase.started', 'phase.completed']);
      expect(await remaining(() => processesOfTrial(place.trial))).toEqual([]);
    } finally {
      killBeside('tree', place);
      await server.stop();
    }
  });
});

describe.runIf(available('redis'))('a network that loses each third answer to a commit', () => {
  it('changes nothing about a run: each command once, and the journal as it was printed', async () => {
    const server = await startRedis();
    const proxy = await startProxy(server.port);
    using workload = ownWorkload(chain(20), { phaseMs: 0 });
    const backend = oneRedis(proxy.url, server.url);
    const place: OrchPlace = { program: builtOrch, folder: workload.prepare(), trial: randomUUID(), backend };
    try {
      // The server must know it: what the proxy eats is else the answer that it does not.
      await server.client().script('LOAD', appendScript.text);
      proxy.eatEvery(3, appendScript.sha);
      const orch = new OrchProcess(place, execute);
      expect(await orch.ended).toMatchObject({ exitCode: 0, stderr: '' });
      // Each of 21 commits and more, and one that is sent again counts too.
      expect(proxy.eaten).toBeGreaterThan(8);
      expect(await judgeRun(place, workload, { printed: orch.printed, killed: true })).toMatchObject({
        acknowledged: 20,
        faults: [],
      });
    } finally {
      killBeside('tree', place);
      await proxy.stop();
      await server.stop();
    }
  });
});
