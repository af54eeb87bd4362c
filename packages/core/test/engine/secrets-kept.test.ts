import { describe, expect, it } from 'vitest';
import { workflow } from '../../src/spec/workflow.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { bench, probeWork, settled } from './bench.ts';
import { exits, made, plan, probeKeys, run } from './plan-bench.ts';
import { deciding, exit1, secretInput, text, within } from './said.ts';

describe('secrets', () => {
  const secret = 'tr0ub4dor&3';

  it('a condition that is no truth does not put a secret into the journal', async () => {
    const at = made();
    await run(plan([{ name: 'a', if: 'inputs.token' }], secretInput), {}, { inputs: { token: secret } }, at);
    expect(await text(at)).not.toContain(secret);
  });

  it('an onError skip does not', async () => {
    const at = made({ plugins: [probeKeys, deciding(({ error }) => ({ skip: error.message }))] });
    await run(
      plan([{ name: 'a' }], secretInput),
      { a: { ...exit1, error: { code: 'X', message: `no ${secret}` } } as never },
      { inputs: { token: secret } },
      at,
    );
    expect(await text(at)).not.toContain(secret);
  });

  it('an output that does not fit its schema shows no secret of more than one line', async () => {
    const key = '-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\n-----END KEY-----';
    const at = made();
    const given = plan([{ name: 'a', output: { from: 'stdout', schema: { type: 'string' } } }], secretInput);
    await run(given, { a: exits(0, { key }) }, { inputs: { token: key } }, at);
    expect(await text(at)).not.toContain('MIIEpAIBAAKCAQEA');
  });

  it('an output that does not fit its schema shows no beginning of a secret', async () => {
    const long = 'S3CRET'.repeat(40);
    const at = made();
    const given = plan([{ name: 'a', output: { from: 'stdout', schema: { type: 'string' } } }], secretInput);
    await run(given, { a: exits(0, { token: long }) }, { inputs: { token: long } }, at);
    expect(await text(at)).not.toContain('S3CRET');
  });

  it('a beforeRun tap that refuses tells none', async () => {
    const at = made({
      plugins: [
        probeKeys,
        {
          name: 'p',
          contract: 1,
          apply: ({ hooks }) =>
            hooks.beforeRun.tap('p', () => {
              throw new Error(`login with ${secret} failed`);
            }),
        },
      ],
    });
    await run(plan([{ name: 'a' }], secretInput), {}, { inputs: { token: secret } }, at);
    expect(await text(at)).not.toContain(secret);
  });

  it('cancel without secrets stores no output of an adopted attempt that holds one', async () => {
    const first = made();
    first.orch.execute(plan([{ name: 'a' }], secretInput), { runId: 'r', inputs: { token: secret } });
    await settled();
    first.kill();
    const second = first.next();
    second.probe.onAdopt = () => exits(0, { token: secret });
    await second.orch.cancel('r');
    expect(await text(second)).not.toContain(secret);
  });

  it('a corrected definition may add one, and it is asked for at the next take-up', async () => {
    const first = made();
    const handle = first.orch.execute(plan([{ name: 'a' }]), { runId: 'r' });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const second = first.next();
    const again = second.orch.recover('r', {
      workflow: plan([{ name: 'a', env: { T: '${{ inputs.token }}' } }], secretInput),
      replan: true,
      secrets: { token: secret },
    });
    again.result().catch(() => undefined);
    await settled();
    expect(await Promise.race([again.result(), settled().then(() => 'goes on')])).toBe('goes on');
    second.kill();
    const third = second.next();
    await expect(third.orch.recover('r').result()).rejects.toMatchObject({ code: 'ORCH_INPUT_SECRET_MISSING' });
  });
});

describe('inputs at a take-up', () => {
  const schema = (validate: (value: Record<string, unknown>) => unknown): never =>
    ({ '~standard': { version: 1, vendor: 'test', validate } }) as never;

  it('a corrected definition may drop one', async () => {
    const first = made();
    const handle = first.orch.execute(plan([{ name: 'a' }], { inputs: { name: { type: 'string', default: 'x' } } }), {
      runId: 'r',
    });
    await settled();
    first.probe.last('a').end(exit1);
    await handle.result();
    const second = first.next();
    const again = second.orch.recover('r', { workflow: plan([{ name: 'a' }]), replan: true });
    expect(await within(again)).toBe('hangs');
  });

  it('a schema that does not take its own answer begins no run with secrets: nobody could take it up', async () => {
    const inputs = schema(({ n, token }) =>
      typeof n === 'string'
        ? { value: { n: Number(n), token: String(token).toUpperCase() } }
        : { issues: [{ message: 'must be text', path: ['n'] }] },
    );
    const w = workflow('w', { inputs, secrets: ['token' as never] }).phase('a', {
      run: probeWork as never,
    }) as Workflow;
    const first = bench();
    const refused = first.orch.execute(w, { runId: 'r', inputs: { n: '5', token: 'abcdef' } }).result();
    await expect(refused).rejects.toMatchObject({
      code: 'ORCH_INPUT_INVALID',
      message: expect.stringContaining('(n)'),
    });
    await expect(first.orch.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  });

  it('a schema that makes a secret up begins no run: nobody could hand it in again', async () => {
    const inputs = schema(() => ({ value: { token: 'made-up' } }));
    const w = workflow('w', { inputs, secrets: ['token' as never] }).phase('a', {
      run: probeWork as never,
    }) as Workflow;
    const at = bench();
    await expect(at.orch.execute(w, { runId: 'r' }).result()).rejects.toMatchObject({
      code: 'ORCH_INPUT_INVALID',
      message: expect.stringContaining('token'),
    });
    await expect(at.orch.show('r')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
  });
});
