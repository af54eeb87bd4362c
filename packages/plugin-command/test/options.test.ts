import { describe, expect, test } from 'vitest';
import { Orchestrator, isOrchError, memoryBackend, parseWorkflow, workflow } from '@orch/core';
import type { Json, PhaseOptionSettings, PluginHost } from '@orch/core/author';
import { command, commandPlugin } from '../src/index.ts';
import { optionSchemas, readOptions } from '../src/phase-options.ts';
import { emptyFolder } from './harness.ts';

function messagesOf(key: string, value: Json): string[] {
  const checked = optionSchemas[key]!['~standard'].validate(value);
  if (checked instanceof Promise) throw new Error('asynchronous');
  return (checked.issues ?? []).map(({ message, path = [] }) => [...path.map(String), message].join(': '));
}

describe('options', () => {
  test.each<[string, Json]>([
    ['command', 'ls'],
    ['command', ['ls', '', ' ']],
    ['command', ['${{ inputs.tool }}', '${{ inputs.word }}']],
    ['env', {}],
    ['env', { A_1: '', _: 'x', ORCH_STATE: '/x' }],
    ['env', { A: '${{ inputs.a }}' }],
    ['cwd', '../x'],
    ['cwd', '${{ inputs.folder }}'],
    ['shell', '/bin/bash'],
    ['grace', 0],
    ['grace', 1.5],
    ['grace', '500ms'],
    ['idle_timeout', '5m'],
    ['leave_running', true],
    ['on_orphan', 'kill'],
  ])('%s: %j is accepted', (key, value) => {
    expect(messagesOf(key, value)).toEqual([]);
  });

  test.each<[string, Json, string]>([
    ['command', '', 'must not be empty'],
    ['command', ' \n', 'must not be empty'],
    ['command', 'a\0b', 'NUL'],
    ['command', 'x'.repeat(1_048_577), 'at most 1048576 characters'],
    ['command', [], 'must begin with a program'],
    ['command', [''], 'must begin with a program'],
    ['command', ['ls', 1], '1: must be text'],
    ['command', ['ls', 'a\0'], '1: must not hold a NUL'],
    ['command', 5, 'must be text, or a list'],
    ['env', { 'A-B': '' }, 'A-B: is no name'],
    ['env', { '1': '' }, '1: is no name'],
    ['env', { A: 1 }, 'A: must be text'],
    ['env', { ORCH_KEY: '' }, 'ORCH_KEY: is set by orch'],
    ['env', { ORCH_INPUT_A: '' }, 'ORCH_INPUT_A: is set by orch'],
    ['env', { ORCH_FAILED_LOG: '' }, 'ORCH_FAILED_LOG: is set by orch'],
    ['env', { ORCH_OUTPUT: '' }, 'ORCH_OUTPUT: is set by orch'],
    ['env', [], 'must be an object'],
    ['cwd', '', 'must be a path'],
    ['shell', 'bash -e', 'name or path of a shell'],
    ['grace', -1, 'must be a number of seconds'],
    ['grace', '5', 'must be a number of seconds'],
    ['idle_timeout', 0, 'above 0'],
    ['leave_running', 'no', 'true or false'],
    ['on_orphan', 'stop', '"adopt" or "kill"'],
  ])('%s: %j is refused', (key, value, message) => {
    expect(messagesOf(key, value)).toEqual([expect.stringContaining(message)]);
  });

  test('their defaults', () => {
    expect(readOptions({ command: 'ls' })).toEqual({
      command: 'ls',
      env: {},
      cwd: undefined,
      shell: 'sh',
      graceMs: 5_000,
      idleTimeoutMs: undefined,
      leaveRunning: false,
      onOrphan: 'adopt',
    });
  });
});

test('expressions are expanded in data, never in code; secrets where only the process sees them', () => {
  const settings = new Map<string, PhaseOptionSettings<Json> | undefined>();
  const phaseOption = (key: string, _schema: unknown, given?: PhaseOptionSettings<Json>): void =>
    void settings.set(key, given);
  commandPlugin({ directory: emptyFolder() }).apply({ executor: () => {}, phaseOption } as unknown as PluginHost);
  const expanded = (key: string, value: Json): unknown => settings.get(key)?.templates?.(value) ?? false;
  expect(expanded('command', 'echo ${{ x }}')).toBe(false);
  expect(expanded('command', ['echo', '${{ x }}'])).toBe(true);
  expect(expanded('env', { A: '${{ x }}' })).toBe(true);
  expect(expanded('cwd', '${{ x }}')).toBe(true);
  expect(['shell', 'grace', 'idle_timeout', 'leave_running', 'on_orphan'].filter((key) => settings.get(key))).toEqual(
    [],
  );
  expect([...settings].filter(([, given]) => given?.secrets === true).map(([key]) => key)).toEqual(['env']);
});

describe('command()', () => {
  test('lowers to flat data', () => {
    expect(
      command('pnpm build', {
        env: { A: '1' },
        cwd: 'x',
        grace: '5s',
        idleTimeout: '1m',
        shell: 'bash',
        leaveRunning: true,
        onOrphan: 'kill',
      }),
    ).toEqual({
      kind: 'command',
      options: {
        command: 'pnpm build',
        env: { A: '1' },
        cwd: 'x',
        grace: '5s',
        idle_timeout: '1m',
        shell: 'bash',
        leave_running: true,
        on_orphan: 'kill',
      },
    });
    expect(command(['ls', '-l'])).toEqual({ kind: 'command', options: { command: ['ls', '-l'] } });
  });

  test('lowers what core judges by beside the options', () => {
    const output = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const;
    const failWhen = (): boolean => false;
    const options = { command: 'ls' };
    expect(command('ls', { output, failWhen })).toEqual({
      kind: 'command',
      options,
      output: { from: 'file', schema: output },
      failWhen,
    });
    expect(command('ls', { output, outputFrom: 'stdout' }).output).toEqual({ from: 'stdout', schema: output });
    expect(command('ls', { outputFrom: 'stdout-last-line' })).toEqual({
      kind: 'command',
      options,
      output: { from: 'stdout-last-line' },
    });
  });

  test('what core judges by stands in the definition of the workflow', () => {
    const output = { '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) } } as const;
    const failWhen = (): boolean => false;
    const { spec, rules } = workflow('w').phase('a', { run: command('ls', { output, failWhen }) }).definition;
    expect(spec.phases).toEqual([
      {
        name: 'a',
        kind: 'command',
        options: { command: 'ls' },
        output: { from: 'file', schema: true },
        failWhen: true,
      },
    ]);
    expect(rules.get('a')).toEqual({ output, failWhen });
  });

  test('refuses what it would not carry out', () => {
    const codeOf = (make: () => unknown): string | undefined => {
      try {
        make();
      } catch (error) {
        return isOrchError(error) ? error.code : undefined;
      }
      return undefined;
    };
    expect(codeOf(() => command('ls', { timeout: '5s' } as object))).toBe('ORCH_WORKFLOW_INVALID');
  });
});

test('with the engine: a workflow of commands, and a plan', async () => {
  const directory = emptyFolder();
  await using orchestrator = new Orchestrator({ backend: memoryBackend(), plugins: [commandPlugin({ directory })] });
  const flow = workflow('flow')
    .phase('a', { run: command('echo a > made') })
    .phase('b', { dependsOn: ['a'], run: command(['cat', 'made']) })
    .phase('c', { dependsOn: ['b'], run: command('exit 3') });
  const result = await orchestrator.execute(flow, { runId: 'one', directory }).result();
  expect(result).toMatchObject({
    status: 'failed',
    failures: [{ phase: 'c', exitCode: 3, class: 'exit', code: 'ORCH_PHASE_EXIT' }],
  });
  const plan = { workflow_id: 'p', phases: [{ name: 'x', command: 'true', env: { A: 1 }, grace: '5s' }] };
  expect(parseWorkflow(plan, { plugins: [commandPlugin({ directory })] }).findings).toMatchObject([
    { code: 'ORCH_PLAN_TYPE', path: ['phases', 0, 'env', 'A'] },
  ]);
});
