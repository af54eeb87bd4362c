import { describe, expect, it } from 'vitest';
import { workflow } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { bench, probes, probeWork, settled } from './bench.ts';
import type { Bench } from './bench.ts';

const failed = { status: 'failed', class: 'exit', error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' } } as const;

/** A run `r` of `a`, `b:a`, `c:b` in which `b` failed. */
async function failedRun(): Promise<Bench> {
  const first = bench();
  const handle = first.orch.execute(probes('a', 'b:a', 'c:b'), { runId: 'r' });
  await settled();
  first.probe.last('a').end();
  await settled();
  first.probe.last('b').end(failed);
  await handle.result();
  return first;
}

const named = (...names: readonly string[]): Workflow => probes(...names);

describe('recover with another definition', () => {
  it('is refused unless it is asked for', async () => {
    const second = (await failedRun()).next();
    await expect(second.orch.recover('r', { workflow: named('a', 'b:a', 'x:b') }).result()).rejects.toMatchObject({
      code: 'ORCH_WORKFLOW_CHANGED',
    });
  });

  it('keeps what completed, runs what failed and what is new, and says what changed', async () => {
    const second = (await failedRun()).next();
    const handle = second.orch.recover('r', { workflow: named('z', 'a:z', 'b:a', 'x:b'), replan: true });
    await settled();
    expect(second.probe.started).toEqual(['z 1', 'b 2']);
    second.probe.last('b').end();
    second.probe.last('z').end();
    await settled();
    second.probe.last('x').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    const replanned = (await second.events('r')).find(({ type }) => type === 'run.replanned');
    expect(replanned).toMatchObject({
      changes: [
        'phase "z" is new',
        'phase "a" changed',
        'phase "x" is new',
        'phase "c" is gone',
        'phase "a" stays completed, though it now comes after one that is not',
      ],
    });
    const shown = await second.orch.show('r');
    expect(shown.phases.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'z completed',
      'a completed',
      'b completed',
      'x completed',
    ]);
    expect(shown.changes).toHaveLength(5);
  });

  it('counts on the attempts of a phase that was gone and is back', async () => {
    const second = (await failedRun()).next();
    const without = second.orch.recover('r', { workflow: named('a', 'y:a'), replan: true });
    await settled();
    second.probe.last('y').end(failed);
    expect(await without.result()).toMatchObject({ status: 'failed' });
    const third = second.next();
    const handle = third.orch.recover('r', { workflow: named('a', 'b:a', 'y:a'), replan: true });
    await settled();
    expect(third.probe.started).toEqual(['b 2', 'y 2']);
    third.probe.last('b').end();
    third.probe.last('y').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    const { phases } = await third.orch.show('r');
    expect(
      phases.map(({ name, attempts }) => `${name} ${attempts.map((it) => `${it.attempt} ${it.status}`).join(', ')}`),
    ).toEqual(['a 1 completed', 'b 1 failed, 2 completed', 'y 1 failed, 2 completed']);
  });

  it('adopts attempts of phases that did not change, and ends the others', async () => {
    const first = bench();
    first.orch.execute(probes('a', 'b', 'c'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    const changed = workflow('w')
      .phase('a', { run: probeWork })
      .phase('b', { run: probeWork, timeout: '5m' }) as Workflow;
    const handle = second.orch.recover('r', { workflow: changed, replan: true });
    await settled();
    expect(second.probe.calls.map(({ attempt, adopted }) => `${attempt.phase} ${attempt.number} ${adopted}`)).toEqual([
      'a 1 true',
      'b 1 true',
      'c 1 true',
      'b 2 false',
    ]);
    expect(second.probe.calls[1]!.context.signal.reason).toBe('replaced');
    second.probe.calls[0]!.end();
    second.probe.last('b').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    expect((await second.types('r')).filter((type) => type === 'phase.interrupted')).toHaveLength(2);
  });

  it('tells adopted attempts by the names of their phases: the new definition may count them otherwise', async () => {
    const first = bench();
    first.orch.execute(probes('a', 'b', 'c:a'), { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    // Both are adopted, and each has a number that was that of another.
    const handle = second.orch.recover('r', { workflow: named('z', 'b', 'a', 'c:a'), replan: true });
    await settled();
    expect(second.probe.calls.map(({ attempt, adopted }) => `${attempt.phase} ${adopted}`)).toEqual([
      'a true',
      'b true',
      'z false',
    ]);
    second.probe.last('a').end({ status: 'completed', output: 'of a' });
    await settled();
    expect(second.probe.last('c').context.outputs).toEqual({ a: 'of a' });
    for (const name of ['b', 'c', 'z']) second.probe.last(name).end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
    const shown = await second.orch.show('r');
    expect(shown.phases.map(({ name, attempts }) => `${name} ${attempts.length}`)).toEqual([
      'z 1',
      'b 1',
      'a 1',
      'c 1',
    ]);
  });

  it('goes on with a run that had completed', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end();
    await handle.result();
    const again = first.orch.recover('r', { workflow: named('a', 'b:a'), replan: true });
    await settled();
    first.probe.last('b').end();
    expect(await again.result()).toMatchObject({ status: 'completed' });
    expect(first.probe.started).toEqual(['a 1', 'b 1']);
  });

  it('survives a kill in the middle: the next take-up goes on with the new one', async () => {
    const second = (await failedRun()).next();
    const changed = named('a', 'b:a', 'x:b');
    second.orch.recover('r', { workflow: changed, replan: true });
    await settled();
    second.kill();
    const third = second.next();
    await expect(third.orch.recover('r', { workflow: probes('a', 'b:a', 'c:b') }).result()).rejects.toMatchObject({
      code: 'ORCH_WORKFLOW_CHANGED',
    });
    const handle = third.orch.recover('r', { workflow: changed });
    await settled();
    third.probe.last('b').end();
    await settled();
    third.probe.last('x').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });

  it('can be gone back behind: phases are told by name', async () => {
    const second = (await failedRun()).next();
    const changed = named('z', 'a', 'b:a');
    const handle = second.orch.recover('r', { workflow: changed, replan: true });
    await settled();
    second.probe.last('z').end();
    second.probe.last('b').end();
    await handle.result();
    const again = second.orch.recover('r', { workflow: changed, checkpoint: 'a' });
    await settled();
    // Before a began, nothing was completed; z was not there yet, and runs again, too.
    expect(second.probe.started.slice(-2).toSorted()).toEqual(['a 2', 'z 2']);
    await again.stop();
  });

  it('of another workflow is refused', async () => {
    const second = (await failedRun()).next();
    const other = workflow('other').phase('a', { run: probeWork }) as Workflow;
    await expect(second.orch.recover('r', { workflow: other, replan: true }).result()).rejects.toMatchObject({
      code: 'ORCH_WORKFLOW_CHANGED',
      message: expect.stringContaining('not of other') as string,
    });
  });
});
