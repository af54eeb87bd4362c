import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import type { Backend } from '../../src/backend/backend.ts';
import { orchError } from '../../src/errors/orch-error.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { bench, probes, settled } from './bench.ts';

const unreachable = (): Promise<never> =>
  Promise.reject(orchError({ code: 'ORCH_BACKEND_UNAVAILABLE', message: 'no route' }));

/** A memory backend some of whose calls fail while the test says so. */
function failing(): { readonly backend: Backend; readonly fail: Set<keyof Backend> } {
  const inner = memoryBackend();
  const fail = new Set<keyof Backend>();
  const backend = new Proxy(inner, {
    get(target, name: keyof Backend) {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => (fail.has(name) ? unreachable() : Reflect.apply(value, target, given));
    },
  });
  return { backend, fail };
}

/** A plugin whose `beforePhase` is under way until the test ends it. */
function slowToPrepare(): { readonly plugin: Plugin; readonly prepared: () => void } {
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const apply: Plugin['apply'] = ({ hooks }) => hooks.beforePhase.tap('slow', () => gate);
  return { plugin: { name: 'slow', contract: 1, apply }, prepared: () => open() };
}

describe('once the run is let go', () => {
  it('nothing is executed whose beforePhase was under way: detached', async () => {
    const { plugin, prepared } = slowToPrepare();
    const { orch, probe } = bench({ plugins: [plugin] });
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    await handle.detach();
    prepared();
    await settled();
    expect(probe.calls).toEqual([]);
  });

  it('nothing is executed whose beforePhase was under way: taken over', async () => {
    const { plugin, prepared } = slowToPrepare();
    const inner = memoryBackend();
    const first = bench({ plugins: [plugin], backend: { ...inner, renew: async () => false } });
    const lost = expect(first.orch.execute(probes('a')).result()).rejects.toMatchObject({ code: 'ORCH_RUN_LOST' });
    await settled();
    await first.clock.advance(10_000);
    await lost;
    prepared();
    await settled();
    expect(first.probe.calls).toEqual([]);
  });

  it('functions are told, for nobody can adopt them', async () => {
    const { orch } = bench();
    const seen: unknown[] = [];
    const run = ({ signal }: { readonly signal: AbortSignal }): Promise<never> => {
      signal.addEventListener('abort', () => seen.push(signal.reason));
      return new Promise(() => {});
    };
    const handle = orch.execute(workflow('w').phase('f', { run }));
    await settled();
    await handle.detach();
    expect(seen).toEqual(['stopped']);
  });

  it('taps that wait for the end of the run are told', async () => {
    const seen: unknown[] = [];
    const apply: Plugin['apply'] = ({ hooks }) =>
      hooks.onError.tap('patient', async ({ run: { signal } }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        seen.push(signal.reason);
        return undefined;
      });
    const { orch, probe } = bench({ plugins: [{ name: 'patient', contract: 1, apply }] });
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    probe.last('a').end({ status: 'failed', class: 'exit', error: { code: 'X', message: 'no' } });
    await settled();
    await handle.detach();
    expect(await handle.result()).toMatchObject({ status: 'interrupted' });
    await settled();
    expect(seen).toEqual(['stopped']);
  });

  it('what a plugin wanted to be remembered is refused, waited for or not', async () => {
    const { backend, fail } = failing();
    const refused: unknown[] = [];
    const plugin: Plugin = {
      name: 'p',
      contract: 1,
      apply: ({ hooks }) =>
        hooks.afterPhase.tap('p', ({ run }) => {
          fail.add('append');
          void run.memory.set('unheard', 1);
          return run.memory.set('heard', 2).catch((error: { code: string }) => void refused.push(error.code));
        }),
    };
    const { orch, probe, clock } = bench({ backend, plugins: [plugin] });
    const handle = orch.execute(probes('a', 'b'));
    const left = expect(handle.result()).rejects.toThrow('no route');
    await settled();
    probe.last('a').end();
    await settled();
    await clock.advance(10_000);
    await left;
    expect(refused).toEqual(['ORCH_RUN_FINISHED']);
  });

  it('a function that still ends is waited for by the next take-up of the same process', async () => {
    const { orch } = bench();
    const ends: (() => void)[] = [];
    const work = workflow('w').phase('f', { run: () => new Promise<void>((resolve) => void ends.push(resolve)) });
    const first = orch.execute(work, { runId: 'r' });
    await settled();
    await first.detach();
    const second = orch.execute(work, { runId: 'r' });
    await settled();
    expect(ends).toHaveLength(1);
    ends[0]!();
    await settled();
    ends[1]!();
    expect(await second.result()).toMatchObject({ status: 'completed' });
  });

  it('no timeout of an adopted attempt is watched any more', async () => {
    const first = bench();
    const timed = probes('a');
    const definition = { ...timed.definition, spec: { ...timed.definition.spec, defaults: { timeoutMs: 60_000 } } };
    first.orch.execute({ ...timed, definition }, { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r');
    // At once: the commit of the take-up is still on its way.
    await handle.detach();
    await settled();
    await second.clock.advance(100_000);
    expect(second.probe.last('a').context.signal.aborted).toBe(false);
  });
});

describe('a backend that fails while the run is let go', () => {
  it('does not take the outcome of a run that has ended', async () => {
    const { backend, fail } = failing();
    const { orch, probe, warnings } = bench({ backend });
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    fail.add('release');
    probe.last('a').end({ status: 'completed', output: 7 });
    expect(await handle.result()).toMatchObject({ status: 'completed', outputs: { a: 7 } });
    expect(warnings).toEqual([expect.stringMatching(/no route/)]);
  });

  it('does not leave a detached run without a result', async () => {
    const { backend, fail } = failing();
    const { orch } = bench({ backend });
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    fail.add('release');
    await handle.detach();
    expect(await handle.result()).toMatchObject({ status: 'interrupted' });
  });

  it('is told by detach, which never says more than what is committed', async () => {
    const { backend, fail } = failing();
    const { orch, probe, clock } = bench({ backend });
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    fail.add('append');
    probe.last('a').end();
    await settled();
    const ends = Promise.allSettled([handle.detach(), handle.result()]);
    await clock.advance(10_000);
    expect((await ends).map((end) => end.status)).toEqual(['rejected', 'rejected']);
  });

  it('does not hide why a take-up failed', async () => {
    const { backend, fail } = failing();
    const first = bench({ backend });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    second.probe.onAdopt = () => new Error('no /proc');
    fail.add('release');
    await expect(second.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_EXECUTOR_FAILED' });
  });
});

describe('a run that was left because of its backend', () => {
  it('says nothing of a run that could not even be created', async () => {
    const { backend, fail } = failing();
    const { orch, warnings } = bench({ backend });
    fail.add('create');
    await expect(orch.execute(probes('a')).result()).rejects.toThrow('no route');
    await orch.close();
    expect(warnings).toEqual([]);
  });

  it('can be recovered by the same process once the backend is back', async () => {
    const { backend, fail } = failing();
    const { orch, probe, clock } = bench({ backend });
    const handle = orch.execute(probes('a', 'b:a'), { runId: 'r' });
    await settled();
    fail.add('append').add('release');
    probe.last('a').end();
    const left = expect(handle.result()).rejects.toThrow('no route');
    await settled();
    await clock.advance(10_000);
    await left;
    await expect(orch.recover('r').result()).rejects.toThrow('no route');
    fail.clear();
    const again = orch.recover('r');
    await settled();
    probe.last('a').end();
    await settled();
    probe.last('b').end();
    expect(await again.result()).toMatchObject({ status: 'completed' });
  });
});

describe('a taking whose answer was lost', () => {
  for (const call of ['create', 'acquire'] as const)
    it(`does not keep its own process out: ${call}`, async () => {
      const inner = memoryBackend();
      let isDown = false;
      const lossy = async <T>(answer: Promise<T>): Promise<T> => {
        await answer;
        return isDown ? unreachable() : answer;
      };
      const first = bench({
        backend: {
          ...inner,
          create: (run, given) => lossy(inner.create(run, given)),
          acquire: (run, taking) => lossy(inner.acquire(run, taking)),
        },
      });
      if (call === 'acquire') {
        const made = first.orch.execute(probes('a'), { runId: 'r' });
        await settled();
        await made.stop();
        await made.result();
      }
      isDown = true;
      await expect(first.orch.execute(probes('a'), { runId: 'r' }).result()).rejects.toThrow('no route');
      isDown = false;
      const handle = first.orch.execute(probes('a'), { runId: 'r' });
      await settled();
      first.probe.last('a').end();
      expect(await handle.result()).toMatchObject({ status: 'completed' });
    });
});

describe('close', () => {
  it('waits for what is being opened, and stops it', async () => {
    const inner = memoryBackend();
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { orch, types } = bench({
      backend: { ...inner, create: async (run, first) => (await gate, inner.create(run, first)) },
    });
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    const closed = orch.close();
    await settled();
    open();
    await closed;
    expect(await handle.result()).toMatchObject({ status: 'interrupted' });
    expect((await types('r')).at(-1)).toBe('run.stopped');
  });

  it('is one for all that call it, and does not kill what a stop is waiting for', async () => {
    const { orch, probe } = bench();
    probe.onAbort = () => undefined;
    const handle = orch.execute(probes('a'), { runId: 'r' });
    await settled();
    await handle.stop();
    let closed = 0;
    const closing = [orch.close(), orch.close()].map((it) => it.then(() => closed++));
    await settled();
    expect([probe.last('a').context.kill.aborted, closed]).toEqual([false, 0]);
    probe.last('a').end({ status: 'aborted' });
    await Promise.all(closing);
    expect(closed).toBe(2);
  });

  it('of a backend that could not be opened is no second failure', async () => {
    const { backend, fail } = failing();
    const { orch } = bench({ backend });
    fail.add('open');
    await expect(orch.show('r')).rejects.toThrow('no route');
    await orch.close();
  });
});
