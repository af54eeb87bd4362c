import { describe, expect, it } from 'vitest';
import { workflow } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { bench, probes, probeWork, settled } from './bench.ts';
import { made, plan } from './plan-bench.ts';
import { deciding, exit1, statusOf, text, within } from './said.ts';

describe('replan', () => {
  const forgiven = workflow('w')
    .phase('a', { run: probeWork, continueOnFailure: true })
    .phase('b', { dependsOn: ['a'], run: probeWork }) as Workflow;

  it('a running phase whose dependency is not forgiven any more is skipped once it fails', async () => {
    const plugins = [deciding(({ phase, charged }) => (phase === 'b' && charged < 2 ? { retryAt: 0 } : undefined))];
    const first = bench({ plugins });
    first.orch.execute(forgiven, { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    first.kill();
    const second = first.next();
    const handle = second.orch.recover('r', { workflow: probes('a', 'b:a'), replan: true });
    const said = within(handle);
    await settled();
    second.probe.last('b').end(exit1);
    await settled();
    expect([await said, await statusOf(second)]).toEqual(['failed', { a: 'failed', b: 'skipped' }]);
  });

  it('… or is lost', async () => {
    const first = bench();
    first.orch.execute(forgiven, { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    first.kill();
    const second = first.next();
    second.probe.onAdopt = () => 'gone';
    const handle = second.orch.recover('r', { workflow: probes('a', 'b:a'), replan: true });
    await settled();
    for (const { attempt } of second.probe.calls) second.probe.last(attempt.phase).end();
    expect([await within(handle), await statusOf(second)]).toEqual(['failed', { a: 'failed', b: 'skipped' }]);
  });

  it('a circle is refused', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const empty = workflow('w') as Workflow;
    const spec = {
      id: 'w',
      phases: [
        { name: 'a', kind: 'probe', dependsOn: ['b'] },
        { name: 'b', kind: 'probe', dependsOn: ['a'] },
      ],
    };
    const circle = { ...empty, definition: { ...empty.definition, spec } } as Workflow;
    expect(await within(bench().orch.execute(circle))).toMatch(
      /^ORCH_WORKFLOW_INVALID .*in a circle: "a" needs "b" needs "a"/,
    );
    expect(await within(first.next().orch.recover('r', { workflow: circle, replan: true }))).toMatch(
      /^ORCH_WORKFLOW_INVALID .*in a circle: "a" needs "b" needs "a"/,
    );
  });

  it('expressions that are wrong are refused before anything is written', async () => {
    const first = made();
    const handle = first.orch.execute(plan([{ name: 'a' }]), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const second = first.next();
    const bad = plan([{ name: 'a', if: 'nothing.there' }]);
    expect(await within(made().orch.execute(bad))).toMatch(/^ORCH_WORKFLOW_INVALID .*there is no variable nothing/);
    const before = await text(first);
    expect(await within(second.orch.recover('r', { workflow: bad, replan: true }))).toMatch(
      /^ORCH_WORKFLOW_INVALID .*there is no variable nothing/,
    );
    expect(await text(second)).toBe(before);
  });

  it('carries out the repair and the wait of the new definition, not of the old one', async () => {
    const plugins = [
      deciding(({ charged }) =>
        charged === 0 ? { until: 9e12, repair: { kind: 'probe', options: { old: true } } } : undefined,
      ),
    ];
    const first = bench({ plugins });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await settled();
    first.kill();
    const second = first.next();
    const changed = workflow('w').phase('a', { run: probeWork, timeout: '5m' }) as Workflow;
    second.orch
      .recover('r', { workflow: changed, replan: true })
      .result()
      .catch(() => undefined);
    await settled();
    expect(second.probe.calls.map(({ attempt }) => `${attempt.phase} ${attempt.part}`)).toEqual(['a main']);
  });

  it('holds the selection of the run: what is new is not chosen', async () => {
    const first = bench();
    const handle = first.orch.execute(probes('build', 'deploy:build'), { runId: 'r', selection: { until: ['build'] } });
    await settled();
    first.probe.last('build').end(exit1);
    await handle.result();
    const second = first.next();
    const again = second.orch.recover('r', { workflow: probes('build', 'deploy-prod:build'), replan: true });
    again.result().catch(() => undefined);
    await settled();
    second.probe.last('build').end();
    await settled();
    expect(second.probe.started).toEqual(['build 2']);
  });

  it('takes the concurrency of the new definition', async () => {
    const first = bench({ concurrency: undefined as never });
    const w = (concurrency: number): Workflow => {
      const base = probes('a', 'b', 'c');
      return {
        ...base,
        definition: { ...base.definition, spec: { ...base.definition.spec, concurrency } },
      } as Workflow;
    };
    const handle = first.orch.execute(w(3), { runId: 'r' });
    await settled();
    for (const name of ['a', 'b', 'c']) first.probe.last(name).end(exit1);
    await handle.result();
    const second = first.next();
    second.orch
      .recover('r', { workflow: w(1), replan: true })
      .result()
      .catch(() => undefined);
    await settled();
    expect(second.probe.started).toEqual(['a 2']);
  });
});
