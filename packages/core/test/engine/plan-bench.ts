import type { Plugin } from '../../src/hooks/plugin.ts';
import { parseWorkflow } from '../../src/engine/parse-workflow.ts';
import type { RunResult } from '../../src/engine/options.ts';
import type { Outcome } from '../../src/executor/executor.ts';
import type { Json } from '../../src/json.ts';
import type { Workflow } from '../../src/spec/workflow.ts';
import { schemaOf } from '../spec/keys.ts';
import { bench, settled } from './bench.ts';
import type { Bench } from './bench.ts';
import { fakeLanguage } from './fake-language.ts';

/** Lets plans say `probe: …`, whose texts may hold templates. */
export const probeKeys: Plugin = {
  name: 'probe-keys',
  contract: 1,
  apply(host) {
    host.phaseOption('probe', schemaOf('a list', Array.isArray), { templates: () => true });
    host.phaseOption(
      'env',
      schemaOf('an object', (it) => typeof it === 'object'),
      { templates: () => true, secrets: true },
    );
  },
};

const probeKind: Plugin = {
  name: 'probe',
  contract: 1,
  apply: (host) => host.executor('probe', { execute: async () => ({ status: 'completed' }) }),
};

/** A workflow as a plan file gives it. */
export function plan(phases: readonly object[], more: object = {}): Workflow {
  const { workflow: made, findings } = parseWorkflow(
    { workflow_id: 'w', phases: phases.map((it) => ({ probe: [], ...it })), ...more },
    { plugins: [probeKind, probeKeys] },
  );
  if (made === undefined) throw new Error(JSON.stringify(findings));
  return made;
}

export const made = (more: Parameters<typeof bench>[0] = {}): Bench =>
  bench({ plugins: [probeKeys], language: fakeLanguage, ...more });

/** Runs a plan whose attempts end as `ends` says, by phase; the rest completes. */
export async function run(
  given: Workflow,
  ends: Readonly<Record<string, Outcome>> = {},
  options: { readonly inputs?: unknown } = {},
  at: Bench = made(),
): Promise<RunResult & { readonly started: readonly string[] }> {
  const handle = at.orch.execute(given, { runId: 'r', ...options });
  let isOver = false;
  const result = handle.result().finally(() => (isOver = true));
  let seen = 0;
  for (let turn = 0; turn < 50 && !isOver; turn++) {
    await settled();
    for (; seen < at.probe.calls.length; seen++) {
      const call = at.probe.calls[seen]!;
      call.end(ends[call.attempt.phase] ?? { status: 'completed' });
    }
  }
  return { ...(await result), started: at.probe.started };
}

export const exits = (exitCode: number, output?: Json): Outcome =>
  exitCode === 0
    ? { status: 'completed', exitCode, ...(output === undefined ? {} : { output }) }
    : {
        status: 'failed',
        class: 'exit',
        error: { code: 'ORCH_PHASE_EXIT', message: `exit ${exitCode}` },
        exitCode,
        ...(output === undefined ? {} : { output }),
      };
