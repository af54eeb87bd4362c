import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/executor/executor.ts';
import { settled } from './bench.ts';
import { exits, made, plan, run } from './plan-bench.ts';

describe('secrets', () => {
  const secret = 'tr0ub4dor';
  const given = plan(
    [
      { name: 'a', env: { TOKEN: '${{ inputs.token }}' } },
      { name: 'b', depends_on: ['a'] },
    ],
    { inputs: { token: { type: 'string', secret: true }, name: { type: 'string', default: 'x' } } },
  );

  it('reach the attempt and are in no event', async () => {
    const at = made();
    await run(given, {}, { inputs: { token: secret } }, at);
    expect(at.probe.last('a').attempt.options['env']).toEqual({ TOKEN: secret });
    expect(at.probe.last('a').context).toMatchObject({ inputs: { token: secret, name: 'x' }, secrets: ['token'] });
    const events = JSON.stringify(await at.events('r'));
    expect(events).not.toContain(secret);
    expect(events).toContain('"secrets":["token"]');
  });

  it('are hidden in errors, and an output that holds one is not stored', async () => {
    const at = made();
    const result = await run(
      given,
      { a: { ...exits(1), error: { code: 'X', message: `no ${secret}!` } } as Outcome },
      { inputs: { token: secret } },
      at,
    );
    expect(result).toMatchObject({ failures: [{ message: 'no ***!' }] });
    const other = made();
    expect(await run(given, { a: exits(0, [{ [secret]: 1 }]) }, { inputs: { token: secret } }, other)).toMatchObject({
      failures: [{ code: 'ORCH_PHASE_SECRET', class: 'invalid-output' }],
    });
    expect(JSON.stringify([await at.events('r'), await other.events('r')])).not.toContain(secret);
  });

  it('are asked for again, by name, at the next take-up', async () => {
    const first = made();
    first.orch.execute(given, { runId: 'r', inputs: { token: secret } });
    await settled();
    first.kill();
    const second = first.next();
    await expect(second.orch.recover('r').result()).rejects.toMatchObject({
      code: 'ORCH_INPUT_SECRET_MISSING',
      message: expect.stringContaining('token') as string,
      hint: expect.stringContaining('ORCH_INPUT_TOKEN') as string,
    });
    await expect(second.orch.recover('r', { secrets: { token: 5 } }).result()).rejects.toMatchObject({
      code: 'ORCH_INPUT_INVALID',
    });
    const handle = second.orch.recover('r', { secrets: { token: secret } });
    await settled();
    second.probe.last('a').end();
    await settled();
    expect(second.probe.last('b').context.inputs).toEqual({ token: secret, name: 'x' });
    second.probe.last('b').end();
    expect(await handle.result()).toMatchObject({ status: 'completed' });
  });

  it('are needed to cancel where a clean-up is left', async () => {
    const first = made();
    const cleaning = plan([{ name: 'a' }, { name: 'clean', depends_on: ['a'], after: 'always' }], {
      inputs: { token: { type: 'string', secret: true } },
    });
    first.orch.execute(cleaning, { runId: 'r', inputs: { token: secret } });
    await settled();
    first.kill();
    const second = first.next();
    await expect(second.orch.cancel('r')).rejects.toMatchObject({ code: 'ORCH_INPUT_SECRET_MISSING' });
    const cancelled = second.orch.cancel('r', { secrets: { token: secret } });
    await settled();
    expect(second.probe.last('clean').context.inputs).toEqual({ token: secret });
    second.probe.last('clean').end();
    await cancelled;
    expect(await second.orch.show('r')).toMatchObject({ status: 'cancelled' });
  });

  it('are not needed to cancel', async () => {
    const first = made();
    first.orch.execute(given, { runId: 'r', inputs: { token: secret } });
    await settled();
    first.kill();
    const second = first.next();
    await second.orch.cancel('r');
    expect(await second.orch.show('r')).toMatchObject({ status: 'cancelled' });
  });
});

describe('inputs of a plan', () => {
  const given = plan([{ name: 'a' }], {
    inputs: {
      env: { type: 'string', enum: ['dev', 'prod'] },
      n: { type: 'integer', default: 3 },
      maybe: { type: 'object', required: false },
    },
  });

  it('are checked before anything starts, all at once', async () => {
    const { orch } = made();
    await expect(
      orch.execute(given, { runId: 'r', inputs: { env: 'test', n: 1.5, evn: 1 } }).result(),
    ).rejects.toMatchObject({
      code: 'ORCH_INPUT_INVALID',
      message: expect.stringMatching(
        /evn: is no input of this workflow; did you mean env\?.*env: must be one of "dev", "prod", not "test".*n: must be a whole number, not 1.5/,
      ) as string,
    });
  });

  it('say of a whole number that is too large what is wrong, not what it was rounded to', async () => {
    const { orch } = made();
    const inputs = { env: 'dev', n: Number('9007199254740993') };
    await expect(orch.execute(given, { runId: 'r', inputs }).result()).rejects.toThrow(
      /n: is too large: a whole number has at most 2\^53 - 1, 9007199254740991$/m,
    );
  });

  it('have their defaults filled in', async () => {
    const at = made();
    await run(given, {}, { inputs: { env: 'dev' } }, at);
    expect(at.probe.last('a').context.inputs).toEqual({ env: 'dev', n: 3 });
  });
});
