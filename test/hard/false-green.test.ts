// Work that says it went well and did not: exit code 0, and yet a failure. Each ends failed, and the journal says of what
// class: from plan files by the real command line, and from TypeScript.
import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { Orchestrator, workflow } from '@orch/core';
import type { Schema, Work } from '@orch/core';
import type { Plugin } from '@orch/core/author';
import { jsonBackend } from '@orch/backend-json';
import { command, commandPlugin } from '@orch/plugin-command';
import { z } from 'zod';
import { jsonFiles } from '../../scripts/trial/trial-backend.ts';
import { hookRows } from './false-green/hooks.ts';
import { rows, typedRows } from './false-green/rows.ts';
import type { Fails, Row } from './false-green/rows.ts';
import { Ground } from './features/ground.ts';

/** What `orch show --json` reads out of a journal. */
interface Shown {
  readonly status: string;
  readonly reason?: string;
  readonly phases: readonly {
    readonly name: string;
    readonly status: string;
    readonly reason?: string;
    readonly error?: { readonly code: string; readonly message: string };
    readonly attempts: readonly {
      readonly class?: string;
      readonly exitCode?: number;
      readonly error?: { readonly code: string; readonly message: string };
    }[];
  }[];
}

async function shown(ground: Ground): Promise<Shown> {
  const { stdout, stderr } = await ground.call(['show', 'r', '--json']);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Shown;
}

/** The phase `a` failed as it should, what comes after it never ran, and so the run failed. */
function expectFailed(ground: Ground, { status, phases }: Shown, { code, says, ...fails }: Fails): void {
  const [a, after] = phases;
  const error = a?.attempts.at(-1)?.error ?? a?.error;
  expect({ status, phase: a?.status, class: a?.attempts.at(-1)?.class, code: error?.code }).toEqual({
    status: 'failed',
    phase: 'failed',
    class: fails.class,
    code,
  });
  expect(error?.message).toMatch(says);
  expect(after).toMatchObject({ status: 'skipped', reason: 'deps_not_met' });
  expect(ground.has('after')).toBe(false);
}

function planPhase({ command: work, from, schema, failWhen, more = {} }: Row): object {
  const output = from === undefined ? {} : { output: { from, ...(schema && { schema: z.toJSONSchema(schema) }) } };
  return { name: 'a', command: work, ...output, ...(failWhen && { fail_when: failWhen[0] }), ...more };
}

function typedWork({ command: work, from, schema, failWhen }: Row): Work<unknown> {
  const judged = failWhen === undefined ? {} : { failWhen: failWhen[1] };
  return command(work, {
    ...judged,
    ...(from === undefined ? {} : { outputFrom: from }),
    ...(schema === undefined ? {} : { output: schema as Schema<unknown, unknown> }),
  } as Parameters<typeof command>[1] & { readonly output: Schema<unknown, unknown> });
}

describe('from a plan file', () => {
  it.each(rows)('$name', async (row) => {
    using ground = new Ground(jsonFiles);
    row.prepare?.(ground);
    ground.plan([planPhase(row), { name: 'after', depends_on: ['a'], command: ': >after' }]);
    expect(await ground.execute()).toMatchObject({ exit: 1, status: 'failed' });
    expectFailed(ground, await shown(ground), row.fails);
  });

  it('a byte order mark before sound JSON is no part of it', async () => {
    using ground = new Ground(jsonFiles);
    ground.write('bytes', '\uFEFF{"tests": 3}');
    ground.plan([{ name: 'a', command: 'cat bytes', output: { from: 'stdout' } }]);
    expect(await ground.execute()).toMatchObject({ exit: 0, results: { a: { tests: 3 } } });
  });

  it('a check that is skipped by a failure before it is not passed', async () => {
    using ground = new Ground(jsonFiles);
    ground.plan([
      { name: 'build', command: 'exit 3' },
      { name: 'check', depends_on: ['build'], command: ': >after' },
      { name: 'clean', depends_on: ['check'], after: 'always', command: 'true' },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 1, status: 'failed' });
    const { status, phases } = await shown(ground);
    expect({ status, phases: phases.map((it) => it.status) }).toEqual({
      status: 'failed',
      phases: ['failed', 'skipped', 'completed'],
    });
    expect(ground.has('after')).toBe(false);
  });

  it('an `if` that can not be evaluated is no false one', async () => {
    using ground = new Ground(jsonFiles);
    ground.plan([
      { name: 'makes', command: 'echo {}', output: { from: 'stdout' } },
      { name: 'check', depends_on: ['makes'], if: 'outputs.makes.risk == "high"', command: ': >after' },
      { name: 'ship', depends_on: ['check'], command: ': >after' },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 1, status: 'failed' });
    const { status, phases } = await shown(ground);
    expect({ status, phases: phases.map((it) => it.status) }).toEqual({
      status: 'failed',
      phases: ['completed', 'failed', 'skipped'],
    });
    expect(phases[1]?.error).toMatchObject({ code: 'ORCH_PHASE_CONDITION', message: expect.stringContaining('risk') });
    expect(ground.has('after')).toBe(false);
  });
});

/** Runs a workflow in this process; what `orch show` would read of it. */
async function runHere(ground: Ground, work: Work<unknown>, plugin?: Plugin): Promise<Shown> {
  const directory = join(ground.folder, '.orch');
  const flow = workflow('w')
    .phase('a', { run: work })
    .phase('after', { dependsOn: ['a'], run: command(': >after') });
  await using orch = new Orchestrator({
    backend: jsonBackend(directory),
    plugins: [commandPlugin({ directory }), ...(plugin === undefined ? [] : [plugin])],
    log: { info: () => undefined, warn: () => undefined },
  });
  const { status } = await orch.execute(flow, { runId: 'r', directory: ground.folder }).result();
  const report = await orch.show('r');
  expect(report.status).toBe(status);
  return report;
}

describe('from TypeScript', () => {
  it.each(rows.filter(({ more }) => more === undefined))('$name', async (row) => {
    using ground = new Ground(jsonFiles);
    row.prepare?.(ground);
    expectFailed(ground, await runHere(ground, typedWork(row)), row.fails);
  });

  it.each(typedRows)('$name', async ({ schema, fails }) => {
    using ground = new Ground(jsonFiles);
    const work = command('echo \'{"tests": 3}\'', { output: schema, outputFrom: 'stdout' });
    expectFailed(ground, await runHere(ground, work), fails);
  });

  it.each(hookRows)('$name', async ({ exits = 0, plugin, fails }) => {
    using ground = new Ground(jsonFiles);
    const report = await runHere(ground, command(`exit ${exits}`), plugin);
    if (fails.class !== undefined) return expectFailed(ground, report, { ...fails, class: fails.class });
    // The run itself was refused: nothing of it ran.
    expect(report).toMatchObject({ status: 'failed', reason: expect.stringMatching(fails.says) });
    expect(report.phases.flatMap((it) => it.attempts)).toEqual([]);
  });
});
