// A secret input is a canary: whatever becomes of a run, it is found nowhere but in the environment of the run's own
// processes. Not in what is stored, in logs, in traces, in what any command says, and in no list of processes.
import { join } from 'node:path';
import { Orchestrator, workflow } from '@orch/core';
import type { Schema } from '@orch/core';
import type { Plugin } from '@orch/core/author';
import { command, commandPlugin } from '@orch/plugin-command';
import { retry, retryPlugin } from '@orch/plugin-retry';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { until } from '../../packages/cli/test/orch-process.ts';
import type { Ended } from '../../packages/cli/test/orch-process.ts';
import { holdsSecret, processes, secret, storedIn } from './canary/places.ts';
import type { Stored } from './canary/places.ts';
import { checksum, gate, Ground } from './features/ground.ts';
import { available } from './need.ts';

const kinds = available('redis') ? (['json', 'sqlite', 'redis'] as const) : (['json', 'sqlite'] as const);
const env = { ORCH_INPUT_TOKEN: secret, ORCH_DEBUG: '1' };
const inputs = { token: { type: 'string', secret: true }, name: { type: 'string', default: 'x' } };

/** What orch says of runs, in each of its ways; the first of them read a journal of whatever backend. */
const looks: readonly (readonly string[])[] = [
  ['show', 'r'],
  ['show', 'r', '--json'],
  ['events', 'r'],
  ['logs', 'r'],
  ['list'],
  ['list', '--json'],
  ['watch', 'r'],
  ['doctor'],
  ['doctor', '--json'],
];

/** All that is stored, and all that is said of it. `besides`: files that commands wrote themselves. */
async function expectNowhere(ground: Ground, stored: Stored, said: readonly Ended[], besides?: RegExp): Promise<void> {
  const ends = new Map(said.map((ended, at) => [`call ${at + 1}`, ended]));
  const chosen = stored.backend.kind === 'json' ? looks : looks.slice(0, 4);
  for (const look of chosen) ends.set(look.join(' '), await ground.call(look, { ORCH_DEBUG: '1' }));
  const texts = [...ends].flatMap(([name, { stdout, stderr }]) => [
    [`stdout of ${name}`, stdout] as const,
    [`stderr of ${name}`, stderr] as const,
  ]);
  const places = [...(await stored.read(ground.folder)), ...texts];
  // It was looked for where something is.
  expect(places.map(([name]) => name)).toContain('.orch/debug.log');
  expect(texts.map(([, text]) => text).join('')).toContain('token');
  const holding = places.filter(([, bytes]) => holdsSecret(bytes)).map(([name]) => name);
  expect(holding.filter((name) => besides?.test(name) !== true)).toEqual([]);
  if (besides !== undefined) expect(holding).not.toEqual([]);
}

describe.each(kinds)('on %s', (kind) => {
  it('success, kill -9 and recover: in the environment of the commands alone', async () => {
    await using stored = await storedIn(kind);
    using ground = new Ground(stored.backend);
    const reads = `printf %s "$ORCH_INPUT_TOKEN" | cksum >sum-$ORCH_PHASE`;
    ground.plan(
      [
        { name: 'a', command: ['sh', '-c', `${gate}; ${reads}`], env: { TOKEN: '${{ inputs.token }}' } },
        { name: 'b', depends_on: ['a'], if: 'inputs.token != ""', command: `${reads}; cat "$ORCH_INPUTS"` },
        { name: 'c', depends_on: ['b'], command: ['sh', '-c', reads], fail_when: 'inputs.token == "no"' },
      ],
      { inputs },
    );
    const first = ground.begin({ env });
    await until(
      () => ground.has('here'),
      () => `the command: ${first.stderr}`,
    );
    const all = processes();
    expect(all.filter((it) => holdsSecret(it.arguments))).toEqual([]);
    const knowing = all.filter((it) => holdsSecret(it.environment));
    // Orch itself, and what it started: each says of what run it is.
    expect(knowing.map(({ pid }) => pid)).toContain(first.child.pid);
    const started = knowing.filter(({ pid }) => pid !== first.child.pid);
    expect(started.length).toBeGreaterThan(0);
    for (const { environment } of started) expect(environment.split('\0')).toContain('ORCH_RUN_ID=r');
    first.kill('SIGKILL');
    const killed = await first.ended;
    const refused = await ground.call(['recover', 'r', '--json'], { ORCH_DEBUG: '1' });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('ORCH_INPUT_TOKEN') });
    ground.write('gate', '');
    const recovered = await ground.call(['recover', 'r', '--json', '--output', 'ndjson'], env);
    expect(recovered).toMatchObject({ code: 0 });
    expect(['a', 'b', 'c'].map((name) => ground.read(`sum-${name}`))).toEqual(Array(3).fill(checksum(secret)));
    await expectNowhere(ground, stored, [killed, refused, recovered]);
  });

  it('failure, retry and repair of commands', async () => {
    await using stored = await storedIn(kind);
    using ground = new Ground(stored.backend);
    const again = { max_attempts: 2, delay: '10ms', jitter: 'none' };
    ground.plan(
      [
        { name: 'a', command: 'exit 3', retry_count: undefined, retry: again, continue_on_failure: true },
        {
          name: 'mended',
          command: 'test -e mended',
          retry_count: undefined,
          retry: { ...again, repair: { command: 'test -n "$ORCH_INPUT_TOKEN" && : >mended' } },
          depends_on: ['a'],
        },
        { name: 'asked', if: 'int(inputs.token) > 3', command: 'true', continue_on_failure: true },
        { name: 'told', fail_when: 'int(inputs.token) > 3', command: 'true', continue_on_failure: true },
        { name: 'set', env: { A: '${{ int(inputs.token) }}' }, command: 'true', continue_on_failure: true },
        {
          name: 'waits',
          retry_count: undefined,
          retry: { ...again, wait_until: 'inputs.token' },
          command: 'exit 4',
          continue_on_failure: true,
        },
      ],
      { inputs },
    );
    const ended = await ground.begin({ env }).ended;
    expect(JSON.parse(ended.stdout)).toMatchObject({
      status: 'completed',
      phases: [
        { status: 'failed', attempts: 2 },
        { status: 'completed' },
        ...Array.from({ length: 4 }, () => ({ status: 'failed' })),
      ],
    });
    await expectNowhere(ground, stored, [ended]);
  });

  it('what a command itself writes of it is in its own files alone', async () => {
    await using stored = await storedIn(kind);
    using ground = new Ground(stored.backend);
    const schema = z.toJSONSchema(z.object({ tests: z.number() }));
    // The last line of the secret; the command has to know the secret to say it, the plan does not.
    const line = '"$(printf %s "$ORCH_INPUT_TOKEN" | tail -n 1)"';
    const leaks = (name: string, format: string, output: object): object => ({
      name,
      command: `printf '${format}' ${line}${'from' in output && output.from === 'file' ? ' >"$ORCH_OUTPUT"' : ''}`,
      output,
      continue_on_failure: true,
    });
    ground.plan(
      [
        leaks('prose', 'Logged in with %s.', { from: 'file' }),
        leaks('value', '["%s"]', { from: 'stdout' }),
        leaks('misfit', '{"tests": "%s"}', { from: 'stdout', schema }),
      ],
      { inputs },
    );
    const ended = await ground.begin({ env }).ended;
    const failed = (code: string): object => ({ status: 'failed', error: { code } });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      phases: [failed('ORCH_PHASE_OUTPUT'), failed('ORCH_PHASE_SECRET'), failed('ORCH_PHASE_OUTPUT')],
    });
    // `orch logs` prints what a command printed, and that alone.
    const own = /attempts\/.*\.(output|stdout)$|^stdout of logs r$/;
    await expectNowhere(ground, stored, [ended], own);
  });

  it('what functions and taps say of it', async () => {
    await using stored = await storedIn(kind);
    using ground = new Ground(stored.backend);
    const said: string[] = [];
    const throws = (): never => {
      throw new Error(`the registry does not know ${secret}`);
    };
    const tells: Plugin = {
      name: 'tells',
      contract: 1,
      apply: ({ hooks }) => {
        hooks.afterPhase.tap('tells', throws);
        hooks.beforePhase.tapPromise('tells', ({ run }) => run.memory.set('token', secret).catch(() => undefined));
      },
    };
    const flow = workflow('w', { inputs: z.object({ token: z.string() }), secrets: ['token'] })
      .phase('throws', { run: throws, options: [retry({ maxAttempts: 2, delay: '10ms' })] })
      .phase('answers', { run: ({ inputs: { token } }) => ({ deep: [`with ${token}`] }) })
      .phase('says', { run: ({ inputs: { token }, log }) => log.warn(`with ${token}`) })
      .phase('asks', { if: throws, run: () => 1 })
      .phase('checks', { run: command('echo 1', { output: schemaOf(throws), outputFrom: 'stdout' }) })
      .phase('uses', { run: command('test "$TOKEN" != "$ORCH_INPUT_TOKEN"', { env: { TOKEN: 'x' } }) });
    const directory = join(ground.folder, '.orch');
    await using orch = new Orchestrator({
      backend: stored.backend.backendOf(ground.folder),
      plugins: [commandPlugin({ directory }), retryPlugin(), tells],
      log: { info: (text) => void said.push(text), warn: (text) => void said.push(text) },
    });
    const result = await orch
      .execute(flow, { runId: 'r', directory: ground.folder, inputs: { token: secret } })
      .result();
    const events = [];
    for await (const event of orch.events('r')) events.push(event);
    expect(result).toMatchObject({ status: 'failed' });
    expect(events.filter(({ type }) => type === 'phase.failed').length).toBe(5);
    const texts = JSON.stringify([result, await orch.show('r'), events, said]);
    expect(texts).toContain('***');
    const places = [...(await stored.read(ground.folder)), ['what is said', texts] as const];
    expect(places.filter(([, bytes]) => holdsSecret(bytes)).map(([name]) => name)).toEqual([]);
  });
});

function schemaOf(validate: (value: unknown) => never): Schema<unknown, number> {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}
