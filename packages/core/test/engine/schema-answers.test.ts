import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/engine/options.ts';
import { workflow } from '../../src/spec/workflow.ts';
import type { Schema } from '../../src/schema.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { bench, probeWork, settled } from './bench.ts';
import type { Bench } from './bench.ts';

function answering(answer: (value: unknown) => unknown): Schema<never> {
  return { '~standard': { version: 1, vendor: 'test', validate: answer as Schema<never>['~standard']['validate'] } };
}

const circle: Record<string, unknown> = {};
circle['self'] = circle;

/** What no schema may answer, or make of a value. */
const odd: readonly [string, unknown, string][] = [
  ['nothing', undefined, 'the schema answered undefined, neither a value nor issues'],
  ['an empty object', {}, 'the schema answered {}, neither a value nor issues'],
  ['issues that are none', { value: 1, issues: 'bad' }, 'neither a value nor issues'],
  ['yes', true, 'the schema answered true'],
  ['a number that is none', { value: { n: Number.NaN } }, 'is not JSON: found NaN at "n"'],
  ['a BigInt', { value: { n: 5n } }, 'is not JSON: found a BigInt at "n"'],
  ['a circle', { value: circle }, 'is not JSON: Converting circular structure'],
  ['a Map', { value: { m: new Map() } }, 'is not JSON: found a Map at "m"'],
];

const declaring = (schema: Schema<never>): Workflow =>
  workflow('w').phase('a', { run: { ...probeWork, output: { from: 'file', schema } } }) as Workflow;

async function ended({ orch, probe }: Bench, flow: Workflow): Promise<Promise<RunResult>> {
  const result = orch.execute(flow, { runId: 'r' }).result();
  await settled();
  probe.last('a').end({ status: 'completed', output: 1 });
  return result as Promise<RunResult>;
}

describe('a schema of an output', () => {
  it.each(odd)('that answers %s has something against it', async (_, answer, words) => {
    for (const validate of [() => answer, () => Promise.resolve(answer)])
      expect(await ended(bench(), declaring(answering(validate)))).toMatchObject({
        status: 'failed',
        failures: [
          { class: 'invalid-output', code: 'ORCH_PHASE_OUTPUT', message: expect.stringContaining(words) as string },
        ],
      });
  });

  it('that makes nothing of it leaves none', async () => {
    expect(await ended(bench(), declaring(answering(() => ({ value: undefined }))))).toMatchObject({
      failures: [{ message: 'The output is missing, though the phase declares one.' }],
    });
  });

  it('that never answers fails its phase after half a minute', async () => {
    const at = bench();
    const result = at.orch.execute(declaring(answering(() => new Promise(() => {}))), { runId: 'r' }).result();
    await settled();
    at.probe.last('a').end({ status: 'completed', output: 1 });
    await settled();
    await at.clock.advance(29_999);
    expect(await at.types('r')).not.toContain('phase.failed');
    await at.clock.advance(1);
    expect(await result).toMatchObject({
      failures: [
        { code: 'ORCH_PHASE_OUTPUT', message: expect.stringContaining('did not answer within 30 s') as string },
      ],
    });
  });
});

describe('a schema of inputs', () => {
  it.each(odd)('that answers %s has something against them', async (_, answer, words) => {
    const flow = workflow('w', { inputs: answering(() => answer) }).phase('a', { run: () => 1 });
    const { orch } = bench();
    await expect(orch.execute(flow as Workflow, { runId: 'r' }).result()).rejects.toMatchObject({
      code: 'ORCH_INPUT_INVALID',
      message: expect.stringContaining(words) as string,
    });
    await expect(orch.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  });

  it.each([null, 'text', ['list'], new Date(0)])('that makes no object of them refuses them: %j', async (value) => {
    const flow = workflow('w', { inputs: answering(() => ({ value })) }).phase('a', { run: () => 1 });
    await expect(
      bench()
        .orch.execute(flow as Workflow)
        .result(),
    ).rejects.toMatchObject({
      message: 'Inputs of workflow w: they must be an object.',
    });
  });

  it('that throws refuses them, too', async () => {
    const inputs = answering(() => {
      throw new Error('no network');
    });
    const flow = workflow('w', { inputs }).phase('a', { run: () => 1 });
    await expect(
      bench()
        .orch.execute(flow as Workflow)
        .result(),
    ).rejects.toMatchObject({
      code: 'ORCH_INPUT_INVALID',
      message: 'Inputs of workflow w: the schema threw: no network',
    });
  });

  it('that never answers refuses them after half a minute', async () => {
    const flow = workflow('w', { inputs: answering(() => new Promise(() => {})) }).phase('a', { run: () => 1 });
    const { orch, clock } = bench();
    const refused = expect(orch.execute(flow as Workflow, { runId: 'r' }).result()).rejects.toMatchObject({
      code: 'ORCH_INPUT_INVALID',
      message: 'Inputs of workflow w: the schema did not answer within 30 s',
    });
    await settled();
    await clock.advance(30_000);
    await refused;
  });

  it('that makes no object of secrets at a second look refuses them', async () => {
    let looks = 0;
    const inputs = answering((value) => ({ value: looks++ === 0 ? value : undefined }));
    const flow = workflow('w', { inputs, secrets: ['token'] }).phase('a', { run: () => 1 });
    const { orch } = bench();
    const handle = orch.execute(flow as never, { runId: 'r', inputs: { token: 'tr0ub4dor' } } as never);
    await expect(handle.result()).rejects.toMatchObject({ code: 'ORCH_INPUT_INVALID' });
  });
});
