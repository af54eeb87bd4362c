import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chain, fan } from '../packages/testkit/src/graphs.ts';
import { expectWork, isMet } from '../bench/harness/benchmark.ts';
import { median, medianRatio } from '../bench/harness/statistics.ts';
import { parseBackendKind } from '../scripts/trial/backend-kind.ts';
import { readEvents, runId } from '../scripts/trial/judge-run.ts';
import { OrchProcess, builtOrch } from '../scripts/trial/orch-process.ts';
import { ownWorkload } from '../scripts/trial/own-workload.ts';
import { killHard, processesOfAttempts, processesOfTrial, remaining } from '../scripts/trial/processes.ts';
import { describeFaults, describeWaste } from '../scripts/trial/python-workload.ts';
import { seededRandom } from '../scripts/trial/random.ts';
import { jsonFiles, startBackend } from '../scripts/trial/trial-backend.ts';
import { available } from './hard/need.ts';

describe('the look at the process table', () => {
  it('finds what came of a trial and what belongs to an attempt, and nothing once it is dead', async () => {
    const trial = randomUUID();
    const key = randomUUID().slice(0, 16);
    const env = { ...process.env, ORCH_TRIAL: trial, ORCH_LINEAGE: `:orch-0000:orch-${key}:` };
    const child = spawn('sh', ['-c', 'echo; exec sleep 100'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    expect(processesOfTrial(trial).map(({ pid }) => pid)).toEqual([child.pid]);
    expect(processesOfAttempts([key]).map(({ pid }) => pid)).toEqual([child.pid]);
    expect(await remaining(() => processesOfTrial(trial), 0)).toHaveLength(1);
    expect(killHard(child.pid ?? 0)).toBe(true);
    await once(child, 'exit');
    expect(processesOfTrial(trial)).toEqual([]);
    expect(killHard(child.pid ?? 0)).toBe(false);
  });
});

describe.each([
  ['sqlite', true],
  ['redis', available('redis')],
] as const)('a trial on %s', (kind, isThere) => {
  it.runIf(isThere)('has its journal there and nowhere else, apart from that of another trial', async () => {
    await using backend = await startBackend(kind);
    using workload = ownWorkload(chain(1), { phaseMs: 0 });
    const folders = [workload.prepare(), workload.prepare()];
    for (const folder of folders) {
      const place = { program: builtOrch, folder, trial: randomUUID(), backend };
      const orch = new OrchProcess(place, ['execute', 'plan.json', '--run-id', runId]);
      expect(await orch.ended).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await readEvents(backend.backendOf(folder))).toEqual(orch.printed);
      expect(orch.printed.at(-1)?.type).toBe('run.completed');
      await expect(readEvents(jsonFiles.backendOf(folder))).rejects.toMatchObject({ code: 'ORCH_JOURNAL_LOST' });
    }
    const starts = await Promise.all(folders.map((folder) => readEvents(backend.backendOf(folder))));
    expect(starts[0]?.[0]).not.toEqual(starts[1]?.[0]);
  });
});

describe('--backend of a harness', () => {
  it('is json by default, and refused where there is no such backend', () => {
    expect(parseBackendKind(undefined)).toBe('json');
    expect(() => parseBackendKind('oracle')).toThrow('--backend oracle: there are json, sqlite, redis.');
  });
});

describe('a stand-in', () => {
  const run = async (folder: string, name: string, ...dependencies: string[]): Promise<number> => {
    const env = { ...process.env, ORCH_LINEAGE: ':orch-outer::orch-inner:' };
    const child = spawn('sh', ['./step.sh', name, '0', ...dependencies], { cwd: folder, env, stdio: 'ignore' });
    return ((await once(child, 'exit')) as [number])[0];
  };

  it('says when it starts and ends, and of which attempt it is', async () => {
    using workload = ownWorkload(chain(2), { phaseMs: 0 });
    const folder = workload.prepare();
    expect(await run(folder, 'p0')).toBe(0);
    expect(await run(folder, 'p1', 'p0')).toBe(0);
    const { starts, ends, liveCopies, tooEarly, unreadable } = workload.readSteps(folder);
    expect(starts.map(({ phase, key }) => `${phase} ${key}`)).toEqual(['p0 inner', 'p1 inner']);
    expect(ends.map(({ phase, exitCode }) => `${phase} ${exitCode}`)).toEqual(['p0 0', 'p1 0']);
    expect([...liveCopies, ...tooEarly, ...unreadable]).toEqual([]);
    expect(workload.check(folder)).toEqual({ right: true, clean: true, faults: [] });
  });

  it('sees a living copy of itself, and a dependency that is not there', async () => {
    using workload = ownWorkload(fan(1), { phaseMs: 0 });
    const folder = workload.prepare();
    const first = spawn('sh', ['./step.sh', 'root', '100'], { cwd: folder, stdio: 'ignore', detached: true });
    await remaining(
      () => (readFileSync(join(folder, 'log'), 'utf8') === '' ? [{ pid: 0, commandLine: '' }] : []),
      10_000,
    );
    await run(folder, 'root');
    process.kill(-(first.pid ?? 0), 'SIGKILL');
    await once(first, 'exit');
    expect(await run(folder, 'join', 'leaf0')).toBe(97);
    expect(workload.readSteps(folder)).toMatchObject({ liveCopies: ['root'], tooEarly: ['join'] });
    expect(workload.check(folder)).toMatchObject({ right: false, clean: false });
  });
});

describe('the answer of workload.py check', () => {
  const sound = { phases: 2, right: true, clean: true, starts: 2, starts_if_nothing_is_wasted: 2, seconds: 1 };

  it('is put into words', () => {
    expect([...describeFaults(sound), ...describeWaste(sound)]).toEqual([]);
    const wrong = { ...sound, right: false, clean: false, missing: ['out/a.0'], leftover_processes: [], starts: 3 };
    expect(describeFaults(wrong)).toEqual(['missing: out/a.0']);
    expect(describeWaste({ ...wrong, right: true, killed_attempts: 1 })).toEqual([
      '3 starts, 2 if nothing is wasted',
      'killed attempts: 1',
    ]);
  });
});

describe('numbers', () => {
  it('repeats random numbers by their seed', () => {
    const draw = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 100 }, () => random.between(10, 20));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7).every((it) => it >= 10 && it < 20)).toBe(true);
  });

  it('takes medians, and knows a goal that is met from one that is missed', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
    expect(() => median([])).toThrow('no median');
    expect(medianRatio([2, 9, 4], [1, 3, 4])).toBe(2);
    const figure = { name: 'x', unit: 'x', raw: {} } as const;
    expect([isMet({ ...figure, value: 1.5, goal: 1.5 }), isMet({ ...figure, value: 1.6, goal: 1.5 })]).toEqual([
      true,
      false,
    ]);
    expect(isMet({ ...figure, value: 9 })).toBeUndefined();
    expect(() => expectWork('chain', 9, 10)).toThrow('chain: 9 done, not 10');
  });
});
