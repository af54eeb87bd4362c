import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import type { RunResult } from '../../src/engine/options.ts';
import type { Outcome } from '../../src/executor/executor.ts';
import type { Schema } from '../../src/schema.ts';
import { workflow, workflowOf } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { schemaOf } from '../spec/keys.ts';
import { bench, probeWork, settled } from './bench.ts';
import { fakeLanguage } from './fake-language.ts';
import { exits, made, plan, probeKeys, run } from './plan-bench.ts';

describe('if', () => {
  const conditional = plan([
    { name: 'a' },
    { name: 'b', depends_on: ['a'], if: 'outputs.a.risk == "high"' },
    { name: 'c', depends_on: ['b'] },
  ]);

  it.each([
    ['high', ['a 1', 'b 1', 'c 1']],
    ['low', ['a 1', 'c 1']],
  ])('reads outputs of dependencies: %s', async (risk, started) => {
    expect(await run(conditional, { a: exits(0, { risk }) })).toMatchObject({ status: 'completed', started });
  });

  it('fails the phase where what it reads is missing', async () => {
    expect(await run(conditional, { a: exits(0, {}) })).toMatchObject({
      status: 'failed',
      failures: [
        { phase: 'b', code: 'ORCH_PHASE_CONDITION', message: expect.stringContaining('outputs.a.risk') as string },
      ],
    });
  });

  it('fails the phase where it is neither true nor false', async () => {
    const { failures } = (await run(plan([{ name: 'a', if: 'run.id' }]))) as Extract<RunResult, { status: 'failed' }>;
    expect(failures).toMatchObject([
      { message: expect.stringContaining('must be true or false, but is "r"') as string },
    ]);
  });

  it('is a function in TypeScript, which reads inputs and outputs', async () => {
    const numbers: Schema<{ n: number }> = {
      '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as { n: number } }) },
    };
    const made = workflow('w', { inputs: numbers })
      .phase('a', { run: () => 3 })
      .phase('b', { dependsOn: ['a'], if: ({ inputs, outputs }) => outputs.a > inputs.n, run: () => 'ran' })
      .phase('c', { dependsOn: ['b'], run: ({ outputs }) => outputs.b ?? 'left out' });
    const { orch } = bench();
    expect(await orch.execute(made, { inputs: { n: 2 } }).outputs()).toMatchObject({ c: 'ran' });
    expect(await orch.execute(made, { inputs: { n: 3 } }).outputs()).toMatchObject({ c: 'left out' });
  });

  it('that sorts what it reads changes it for nobody else', async () => {
    const flow = workflow('w')
      .phase('a', { run: () => ['b', 'a'] })
      .phase('b', {
        dependsOn: ['a'],
        if: ({ outputs }) => outputs.a.sort()[0] === 'a',
        run: ({ outputs }) => outputs.a,
      });
    const { orch } = bench();
    expect(await orch.execute(flow, { runId: 'r' }).outputs()).toEqual({ a: ['b', 'a'], b: ['b', 'a'] });
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  it.each<[string, () => unknown, string]>([
    ['a promise', () => Promise.resolve(true), 'true or false at once, but is a promise'],
    ['one that rejects', () => Promise.reject(new Error('why')), 'is a promise'],
    ['a BigInt', () => 5n, 'but is 5n'],
    ['a circle', () => circle, 'but is <ref *1> { self: [Circular *1] }'],
    ['nothing', () => undefined, 'but is undefined'],
  ])('that answers something else fails its phase: %s', async (_, answer, words) => {
    const flow = workflow('w').phase('a', { if: answer as () => boolean, run: () => 'ran' });
    const result = await bench().orch.execute(flow, { runId: 'r' }).result();
    expect(result).toMatchObject({
      failures: [{ phase: 'a', code: 'ORCH_PHASE_CONDITION', message: expect.stringContaining(words) as string }],
    });
  });

  it('needs its function again when the run is taken up', async () => {
    const made = workflow('w')
      .phase('a', { run: probeWork })
      .phase('b', { dependsOn: ['a'], if: () => true, run: probeWork }) as Workflow;
    const first = bench();
    first.orch.execute(made, { runId: 'r' });
    await settled();
    first.kill();
    const second = first.next();
    second.probe.onAdopt = () => ({ status: 'completed' });
    await expect(second.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_WORKFLOW_MISSING' });
    const third = second.next();
    third.probe.onAdopt = () => ({ status: 'completed' });
    const handle = third.orch.recover('r', { workflow: made });
    await settled();
    third.probe.last('b').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });
});

describe('a language', () => {
  it('is loaded only where there is something to compile', async () => {
    fakeLanguage.loads = 0;
    await run(plan([{ name: 'a' }]));
    expect(fakeLanguage.loads).toBe(0);
    await run(plan([{ name: 'a', fail_when: 'exit_code > 0' }]));
    expect(fakeLanguage.loads).toBe(1);
  });

  it('that is missing is said, and nothing is started', async () => {
    const { orch } = bench({ plugins: [probeKeys] });
    await expect(orch.execute(plan([{ name: 'a', if: 'run.id' }]), { runId: 'r' }).result()).rejects.toMatchObject({
      code: 'ORCH_LANGUAGE_MISSING',
    });
    await expect(orch.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  });

  it('refuses a wrong expression before anything starts', async () => {
    const { orch, probe } = made();
    await expect(
      orch.execute(plan([{ name: 'a' }, { name: 'b', if: 'outputs.a == 1' }])).result(),
    ).rejects.toMatchObject({
      code: 'ORCH_WORKFLOW_INVALID',
      message: expect.stringContaining('on which it does not depend') as string,
    });
    expect(probe.calls).toEqual([]);
  });
});

describe('a declared output', () => {
  const declaring = plan([{ name: 'a', output: { from: 'stdout', schema: { type: 'number' } } }]);

  it('is handed on, once it fits its schema', async () => {
    expect(await run(declaring, { a: exits(0, 7) })).toMatchObject({ status: 'completed', outputs: { a: 7 } });
  });

  it('tells the executor where it stands', async () => {
    const at = made();
    await run(declaring, { a: exits(0, 7) }, {}, at);
    expect(at.probe.last('a').attempt.output).toBe('stdout');
  });

  it.each([
    ['of the wrong type', exits(0, 'seven'), 'must be of type number'],
    ['that is missing', exits(0), 'is missing'],
  ])('%s is a failure', async (_, outcome, message) => {
    expect(await run(declaring, { a: outcome })).toMatchObject({
      status: 'failed',
      failures: [
        { class: 'invalid-output', code: 'ORCH_PHASE_OUTPUT', message: expect.stringContaining(message) as string },
      ],
    });
  });

  it('that does not fit changes nothing for a command that failed anyway', async () => {
    expect(await run(declaring, { a: exits(3, 'seven') })).toMatchObject({
      failures: [{ class: 'exit', exitCode: 3 }],
    });
  });

  it('is checked by a Standard Schema in TypeScript, asynchronously if it likes, and may be changed by it', async () => {
    const doubled: Schema<unknown, number> = {
      '~standard': { version: 1, vendor: 'test', validate: async (value) => ({ value: (value as number) * 2 }) },
    };
    const made = workflow('w').phase('a', { run: { ...probeWork, output: { from: 'file', schema: doubled } } });
    expect(await run(made as Workflow, { a: exits(0, 4) })).toMatchObject({ outputs: { a: 8 } });
  });

  it('whose schema breaks is a failure', async () => {
    const broken: Schema = {
      '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('no network')) },
    };
    const made = workflow('w').phase('a', { run: { ...probeWork, output: { from: 'file', schema: broken } } });
    expect(await run(made as Workflow, { a: exits(0, 4) })).toMatchObject({
      status: 'failed',
      failures: [{ message: expect.stringContaining('no network') as string }],
    });
  });
});

describe('fail_when', () => {
  const judging = (failWhen: string): Workflow => plan([{ name: 'a', fail_when: failWhen, output: {} }]);

  it.each<[string, string, Outcome, string]>([
    ['makes a failure of exit 0', 'output.bad == true', exits(0, { bad: true }), 'exit'],
    ['that can not be evaluated is one', 'output.bad == true', exits(0, {}), 'invalid-output'],
    ['leaves a failure what it is', 'output.bad == true', exits(3, { bad: false }), 'exit'],
    ['without the declared output is one', 'output.bad == true', exits(0), 'invalid-output'],
    ['forgives no missing output', 'exit_code > 1', exits(1), 'invalid-output'],
  ])('%s', async (_, failWhen, outcome, kind) => {
    expect(await run(judging(failWhen), { a: outcome })).toMatchObject({
      status: 'failed',
      failures: [{ class: kind }],
    });
  });

  it.each<[string, string, Outcome]>([
    ['passes what is right', 'output.bad == true', exits(0, { bad: false })],
    ['that reads exit_code judges it', 'exit_code > 1', exits(1, {})],
  ])('%s', async (_, failWhen, outcome) => {
    expect(await run(judging(failWhen), { a: outcome })).toMatchObject({ status: 'completed' });
  });

  it('is no business of an attempt that was killed', async () => {
    const killed: Outcome = {
      status: 'failed',
      class: 'signal',
      error: { code: 'ORCH_PHASE_SIGNAL', message: 'SIGKILL' },
      signal: 'SIGKILL',
    };
    expect(await run(plan([{ name: 'a', fail_when: 'exit_code > 1' }]), { a: killed })).toMatchObject({
      failures: [{ class: 'signal' }],
    });
  });

  it('is a function in TypeScript, which cannot change the output that it judges', async () => {
    const anything: Schema<string[]> = {
      '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as string[] }) },
    };
    const output = { from: 'file', schema: anything } as const;
    const failWhen = (ended: { output: unknown }): boolean => (ended.output as string[]).sort()[0] !== 'a';
    const flow = workflow('w').phase('a', { run: { ...probeWork, output, failWhen } });
    const { orch, probe } = bench();
    const handle = orch.execute(flow as Workflow, { runId: 'r' });
    await settled();
    probe.last('a').end({ status: 'completed', exitCode: 0, output: ['b', 'a'] });
    expect(await handle.outputs()).toEqual({ a: ['b', 'a'] });
  });

  it('is a function in TypeScript; one that does not look at the exit code does not forgive it', async () => {
    const work = (failWhen: (ended: { exitCode: number; output: unknown }) => boolean): Workflow =>
      workflow('w').phase('a', { run: { ...probeWork, failWhen } }) as Workflow;
    expect(
      await run(
        work(({ output }) => output === 1),
        { a: exits(2) },
      ),
    ).toMatchObject({ status: 'failed' });
    expect(
      await run(
        work(({ exitCode }) => exitCode > 2),
        { a: exits(2) },
      ),
    ).toMatchObject({ status: 'completed' });
  });
});

describe('templates', () => {
  it('are expanded in the options that want it, from inputs, outputs and the run', async () => {
    const at = made();
    const given = plan(
      [
        { name: 'a' },
        { name: 'b', depends_on: ['a'], probe: ['${{ outputs.a.file }}!', 'x${{ inputs.n }}y${{ run.id }}', 'plain'] },
      ],
      { inputs: { n: { type: 'integer' } } },
    );
    await run(given, { a: exits(0, { file: '$(rm -rf /) "x"' }) }, { inputs: { n: 5 } }, at);
    expect(at.probe.last('b').attempt.options['probe']).toEqual(['$(rm -rf /) "x"!', 'x5yr', 'plain']);
  });

  it('that read what is not there fail the attempt before it begins', async () => {
    const at = made();
    const given = plan([{ name: 'a' }, { name: 'b', depends_on: ['a'], probe: ['${{ outputs.a.file }}'] }]);
    expect(await run(given, { a: exits(0, {}) }, {}, at)).toMatchObject({
      failures: [
        { phase: 'b', code: 'ORCH_PHASE_EXPRESSION', message: expect.stringContaining('outputs.a.file') as string },
      ],
    });
    expect(at.probe.started).toEqual(['a 1']);
  });
});

describe('a spec from elsewhere', () => {
  it('with an expression that its plugin evaluates makes the language necessary', async () => {
    const waiting: Plugin = {
      name: 'waiting',
      contract: 1,
      apply: (host) =>
        void host.phaseOption(
          'wait',
          schemaOf('text', (it) => typeof it === 'string'),
          {
            expressions: (value) => [{ path: [], source: value as string }],
          },
        ),
    };
    const { orch } = bench({ plugins: [probeKeys, waiting], language: fakeLanguage });
    const spec = { id: 'w', phases: [{ name: 'a', kind: 'probe', options: { probe: [], wait: 'nothing.here' } }] };
    expect(await orch.validate(workflowOf({ spec, functions: new Map(), rules: new Map() }))).toMatchObject([
      { code: 'ORCH_PLAN_EXPRESSION', path: ['phases', 0, 'options', 'wait'] },
    ]);
  });
});
