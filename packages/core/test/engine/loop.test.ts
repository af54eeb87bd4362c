import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import type { Appended, Backend, Commit } from '../../src/backend/backend.ts';
import { orchError } from '../../src/errors/orch-error.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { TestClock, bench, probes, settled } from './bench.ts';
import type { Bench } from './bench.ts';

/** A memory backend that counts commits, and can hold or refuse them. */
function watched(): {
  backend: Backend;
  commits: Commit[];
  gate: { hold?: Promise<unknown>; answer?: () => Promise<Appended> };
} {
  const inner = memoryBackend();
  const commits: Commit[] = [];
  const gate: { hold?: Promise<unknown>; answer?: () => Promise<Appended> } = {};
  const backend: Backend = {
    ...inner,
    async append(run, commit) {
      commits.push(commit);
      await gate.hold;
      return gate.answer === undefined ? inner.append(run, commit) : gate.answer();
    },
  };
  return { backend, commits, gate };
}

describe('the loop', () => {
  it('writes a chain of n phases in n + 1 appends', async () => {
    const { backend, commits } = watched();
    const { orch, probe } = bench({ backend });
    const handle = orch.execute(probes('a', 'b:a', 'c:b'));
    for (const phase of ['a', 'b', 'c']) {
      await settled();
      probe.last(phase).end();
    }
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    expect(commits.map(({ events }) => events.map(({ type }) => type))).toEqual([
      ['checkpoint.created', 'phase.started'],
      ['phase.completed', 'checkpoint.created', 'phase.started'],
      ['phase.completed', 'checkpoint.created', 'phase.started'],
      ['phase.completed', 'run.completed'],
    ]);
  });

  it('does nothing in the world before the fact is committed', async () => {
    const { backend, gate } = watched();
    let open = (): void => {};
    gate.hold = new Promise<void>((resolve) => (open = resolve));
    const { orch, probe } = bench({ backend });
    orch.execute(probes('a'));
    await settled();
    expect(probe.started).toEqual([]);
    open();
    await settled();
    expect(probe.started).toEqual(['a 1']);
  });

  it('puts what ends in one turn into one append', async () => {
    const { backend, commits } = watched();
    const { orch, probe } = bench({ backend });
    const handle = orch.execute(probes('a', 'b', 'c'));
    await settled();
    expect(commits).toHaveLength(1);
    for (const phase of ['a', 'b', 'c']) probe.last(phase).end();
    await handle.result();
    expect(commits).toHaveLength(2);
    expect(commits[1]!.events.map(({ type }) => type)).toEqual([
      'phase.completed',
      'phase.completed',
      'phase.completed',
      'run.completed',
    ]);
  });

  it('has one append in flight at a time, and takes what is queued meanwhile', async () => {
    const { backend, commits, gate } = watched();
    const { orch, probe } = bench({ backend });
    const handle = orch.execute(probes('a', 'b', 'c'));
    await settled();
    let open = (): void => {};
    gate.hold = new Promise<void>((resolve) => (open = resolve));
    for (const phase of ['a', 'b', 'c']) {
      probe.last(phase).end();
      await settled();
    }
    expect(commits).toHaveLength(2);
    open();
    await handle.result();
    expect(commits).toHaveLength(3);
  });

  it('lets timers and signals in while phases end at once, one after another', async () => {
    class HurriedClock extends TestClock {
      override monotonic(): number {
        return super.monotonic() + (hurry += 6);
      }
    }
    let hurry = 0;
    let turns = 0;
    const { orch } = bench({ testClock: new HurriedClock() });
    const heard: number[] = [];
    const step = (): void => {
      heard.push(turns);
      setImmediate(() => turns++);
    };
    const chain = workflow('w')
      .phase('a', { run: step })
      .phase('b', { dependsOn: ['a'], run: step });
    await orch.execute(chain.phase('c', { dependsOn: ['b'], run: step })).result();
    expect(heard).toEqual([0, 1, 2]);
  });

  it('splits what is queued between decisions, at 1,000 events', async () => {
    const { backend, commits } = watched();
    const { orch } = bench({ backend, concurrency: 2_000 });
    orch.execute(probes(...Array.from({ length: 700 }, (_, index) => `p${index}`)));
    await settled();
    expect(commits.map(({ events }) => events.length)).toEqual([1_000, 400]);
  });

  it('leaves the run, commands and all, when another one took it over', async () => {
    const { backend, gate } = watched();
    const { orch, probe } = bench({ backend });
    const handle = orch.execute(probes('a', 'b:a'));
    await settled();
    gate.answer = async () => ({ status: 'lost-lease', epoch: 2 });
    probe.last('a').end();
    await expect(handle.result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    expect(probe.started).toEqual(['a 1']);
  });

  it('sends a commit of unknown fate again, byte for byte, and no later one before', async () => {
    const { backend, commits, gate } = watched();
    const { orch, probe, clock } = bench({ backend });
    const handle = orch.execute(probes('a', 'b'));
    await settled();
    gate.answer = async () => Promise.reject(orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: 'no route' }));
    probe.last('a').end();
    await settled();
    probe.last('b').end();
    await settled();
    delete gate.answer;
    await clock.advance(100);
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    expect(commits[2]).toBe(commits[1]);
    expect(commits).toHaveLength(4);
  });

  it('stops with the error of a backend that stays away, and acts on nothing', async () => {
    const { backend, gate } = watched();
    const { orch, probe, clock } = bench({ backend });
    const handle = orch.execute(probes('a', 'b:a'));
    await settled();
    gate.answer = async () => Promise.reject(orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: 'no space left' }));
    probe.last('a').end();
    await settled();
    const result = expect(handle.result()).rejects.toThrow('no space left');
    await clock.advance(10_000);
    await result;
    expect(probe.started).toEqual(['a 1']);
  });

  it('flushes every k-th completion, and what must not be lost', async () => {
    const { backend, commits } = watched();
    const { orch, probe } = bench({ backend, concurrency: 1 });
    const chain = probes('a', 'b:a', 'c:b', 'd:c');
    const spec = { ...chain.definition.spec, checkpointInterval: 2 };
    const handle = orch.execute({ ...chain, definition: { ...chain.definition, spec } });
    for (const phase of ['a', 'b', 'c', 'd']) {
      await settled();
      probe.last(phase).end();
    }
    await handle.result();
    expect(commits.map(({ flush }) => flush)).toEqual([false, false, true, false, true]);
  });

  it('runs phases in file order where only one may run at a time', async () => {
    const { orch, probe } = bench({ concurrency: 1 });
    const handle = orch.execute(probes('c', 'a', 'b'));
    for (const phase of ['c', 'a', 'b']) {
      await settled();
      probe.last(phase).end();
    }
    await handle.result();
    expect(probe.started).toEqual(['c 1', 'a 1', 'b 1']);
  });
});

describe('the lease', () => {
  /** A run whose machine is suspended for a minute between the commit of a start and its effect. */
  const suspended = (renew: () => Promise<boolean>): Bench => {
    const made: Bench = bench({
      backend: { ...memoryBackend(), renew },
      plugins: [
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks }) => hooks.beforePhase.tap('suspend', () => made.clock.jump(60_000)),
        },
      ],
    });
    return made;
  };

  it('is renewed before an effect when it is older than it lives', async () => {
    let renewals = 0;
    const { orch, probe } = suspended(async () => ++renewals > 0);
    orch.execute(probes('a'));
    await settled();
    expect([renewals, probe.started]).toEqual([1, ['a 1']]);
  });

  it("is somebody else's when that is refused: the run is left, nothing is started", async () => {
    const { orch, probe } = suspended(async () => false);
    await expect(orch.execute(probes('a')).result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    expect(probe.calls).toEqual([]);
  });

  it('is no lease when it can not be checked', async () => {
    const { orch, probe } = suspended(async () => Promise.reject(new Error('no route')));
    await expect(orch.execute(probes('a')).result()).rejects.toThrow('no route');
    expect(probe.calls).toEqual([]);
  });

  it('is renewed every 10 s', async () => {
    let renewals = 0;
    const { orch, clock } = bench({ backend: { ...memoryBackend(), renew: async () => ++renewals > 0 } });
    orch.execute(probes('a'));
    await settled();
    await clock.advance(35_000);
    expect(renewals).toBe(3);
  });
});
