// 200 texts that would run a command if any of their places were a shell's, through every place where a workflow has values
// of others: none runs, and each arrives byte for byte.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryBackend, Orchestrator, workflow } from '@orch/core';
import { expect, it, onTestFinished } from 'vitest';
import { injectingCommands, ways } from '../../packages/plugin-command/test/injections.ts';
import { jsonFiles } from '../../scripts/trial/trial-backend.ts';
import { Ground } from './features/ground.ts';

const commands = [...injectingCommands, 'mkdir injected', 'ln -s . injected', 'tee injected </dev/null'];
const payloads = ways.flatMap((way) => commands.map(way));

/** Nothing that a payload would make, neither here nor where the test runs. */
function expectNothingInjected(folder: string): void {
  const names = readdirSync(folder, { recursive: true }).map((name) => String(name));
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => /(^|\/)injected$/.test(name))).toEqual([]);
  expect(existsSync('injected')).toBe(false);
}

it('there are 200, and in a shell text most ways out of it work', () => {
  expect(new Set(payloads).size).toBe(200);
  const folder = mkdtempSync(join(tmpdir(), 'orch-injection-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const made = join(folder, 'injected');
  const works = ways.filter((way) =>
    ['echo VALUE', 'echo "VALUE"', "echo 'VALUE'", 'VALUE'].some((text) => {
      spawnSync('sh', ['-c', text.replace('VALUE', () => way('touch injected'))], { cwd: folder });
      const isMade = existsSync(made);
      rmSync(made, { force: true });
      return isMade;
    }),
  );
  expect(works.length).toBeGreaterThan(ways.length * 0.7);
});

/** What an attempt saw of a payload, in the order of its places. */
const seen = (ground: Ground, name: string): string[] => ground.read(name).split('\0').slice(0, -1);

it('as inputs and outputs, in arguments, env, cwd, names, if and fail_when', { timeout: 240_000 }, async () => {
  using ground = new Ground(jsonFiles);
  const folders = payloads.map((payload, at) => `${payload.replaceAll('/', ':')}${at}`);
  const names = payloads.map((payload, at) => `${payload.replaceAll(/\p{Cc}/gu, ' ')}${at}`);
  ground.write('values.json', JSON.stringify({ list: payloads, folders }));
  ground.write('inputs.json', JSON.stringify({ list: payloads, root: ground.folder }));
  payloads.forEach((payload, at) => {
    mkdirSync(join(ground.folder, 'at', folders[at]!), { recursive: true });
    ground.write(`payload-${at}.json`, JSON.stringify(payload));
  });
  const text = { type: 'string' };
  ground.plan(
    [
      { name: 'values', command: 'cat values.json', output: { from: 'stdout' } },
      ...payloads.map((_, at) => ({
        name: names[at],
        depends_on: ['values'],
        if: `outputs.values.list[${at}] == inputs.list[${at}] && inputs.flag_${at} == inputs.variable_${at}`,
        command: [
          'sh',
          '-c',
          `printf '%s\\0' "$@" "$VALUE" "$ORCH_INPUT_FLAG_${at}" "$ORCH_INPUT_VARIABLE_${at}" "$ORCH_PHASE" \\
            "$(pwd -P; echo .)" >"$ROOT/seen-${at}"; cat "$ROOT/payload-${at}.json" >"$ORCH_OUTPUT"`,
          'sh',
          ...[`outputs.values.list[${at}]`, `inputs.list[${at}]`, `inputs.flag_${at}`, `inputs.variable_${at}`].map(
            (source) => `\${{ ${source} }}`,
          ),
          `<\${{ inputs.flag_${at} }}|\${{ inputs.flag_${at} }}>`,
        ],
        env: { VALUE: `\${{ outputs.values.list[${at}] }}`, ROOT: '${{ inputs.root }}' },
        cwd: `at/\${{ outputs.values.folders[${at}] }}`,
        output: { from: 'file' },
        fail_when: `output != inputs.list[${at}] || exit_code != 0`,
      })),
    ],
    {
      inputs: {
        list: { type: 'array' },
        root: text,
        ...Object.fromEntries(
          payloads.flatMap((_, at) => [`flag_${at}`, `variable_${at}`].map((name) => [name, text])),
        ),
      },
    },
  );
  const answer = await ground.execute({
    flags: ['--inputs', 'inputs.json', ...payloads.flatMap((payload, at) => ['--input', `flag_${at}=${payload}`])],
    env: Object.fromEntries(payloads.map((payload, at) => [`ORCH_INPUT_VARIABLE_${at}`, payload])),
  });
  expect(answer.errors).toEqual({});
  expect(answer).toMatchObject({ exit: 0, status: 'completed' });
  for (const [at, payload] of payloads.entries())
    expect(seen(ground, `seen-${at}`)).toEqual(
      [
        [payload, payload, payload, payload, `<${payload}|${payload}>`],
        [payload, payload, payload, names[at], `${join(ground.folder, 'at', folders[at]!)}\n.`],
      ].flat(),
    );
  expect(names.map((name) => answer.results[name])).toEqual(payloads);
  // What looks at the run treats names as names.
  for (const args of [
    ['show', 'r'],
    ['logs', 'r', names[0]!],
    ['logs', 'r'],
    ['events', 'r'],
  ])
    expect(await ground.call(args)).toMatchObject({ code: 0 });
  expectNothingInjected(ground.folder);
});

it('as what a failed attempt left behind: for wait_until, messages and a repair', { timeout: 240_000 }, async () => {
  using ground = new Ground(jsonFiles);
  const chosen = ways.map((way) => way('touch injected'));
  chosen.forEach((payload, at) => ground.write(`payload-${at}.json`, JSON.stringify(payload)));
  ground.plan(
    chosen.map((_, at) => ({
      name: `a${at}`,
      command: `cat payload-${at}.json >"$ORCH_OUTPUT"; cat payload-${at}.json; exit 3`,
      output: { from: 'file', schema: { type: 'string' } },
      fail_when: 'output != "" && exit_code == 3',
      continue_on_failure: true,
      retry_count: undefined,
      retry: {
        max_attempts: 2,
        delay: '1ms',
        jitter: 'none',
        wait_until: 'output',
        repair: { command: `cp "$ORCH_FAILED_OUTPUT" failed-${at}; printf %s "$ORCH_FAILED_MESSAGE" >message-${at}` },
      },
    })),
    { concurrency: 4 },
  );
  const answer = await ground.execute();
  expect(answer).toMatchObject({ exit: 0, status: 'completed' });
  for (const [at, payload] of chosen.entries()) {
    expect(JSON.parse(ground.read(`failed-${at}`))).toBe(payload);
    expect(ground.read(`message-${at}`)).toContain('counts as failed');
  }
  expect(await ground.call(['logs', 'r'])).toMatchObject({ code: 0 });
  expectNothingInjected(ground.folder);
});

it('in a shell text no value is expanded at all', async () => {
  using ground = new Ground(jsonFiles);
  ground.plan([{ name: 'a', command: 'echo ${{ inputs.x }}' }], { inputs: { x: { type: 'string' } } });
  expect(await ground.execute({ env: { ORCH_INPUT_X: '; touch injected' } })).toMatchObject({ exit: 2 });
  expectNothingInjected(ground.folder);
});

it('as ids of runs they are refused, and nothing is made', async () => {
  await using orch = new Orchestrator({ backend: memoryBackend() });
  const flow = workflow('w').phase('a', { run: () => 1 });
  for (const runId of payloads) expect(() => orch.execute(flow, { runId })).toThrow(/is no run id/);
  using ground = new Ground(jsonFiles);
  ground.plan([{ name: 'a', command: 'true' }]);
  for (const [at, payload] of [payloads[0]!, payloads[25]!].entries()) {
    const place = `.orch-${at}`;
    const args = ['execute', 'plan.json', '--state-dir', place, '--run-id', payload];
    expect(await ground.call(args)).toMatchObject({ code: 2 });
    expect(await ground.call(['show', '--state-dir', place, payload])).toMatchObject({ code: 3 });
  }
  expectNothingInjected(ground.folder);
  expect(readFileSync(join(ground.folder, 'plan.json'), 'utf8')).toContain('"true"');
});
