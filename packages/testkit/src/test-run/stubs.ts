import type { Workflow } from '@orch/core';
import { dictionary, orchError } from '@orch/core/author';
import type { Attempt, Executor, Json, Outcome, PhaseSpec, Plugin, Schema } from '@orch/core/author';
import type { Busy } from './busy.ts';
import { failure, failureIn } from './failure.ts';
import type { Watched } from './watch-plugins.ts';

/** What phases answer instead of doing their work, by name: a value, or a function of the number of the attempt. */
export type Stubs<P> = { readonly [K in keyof P]?: P[K] | ((attempt: number) => P[K] | Promise<P[K]>) };

type Untyped = Readonly<Record<string, unknown>>;

const kind = 'testkit-stub';

/** Carries out the phases that `stubPhases` has turned. `refuse` hears of one that started and has no stub. */
export function stubPlugin(stubs: Untyped, busy: Busy, refuse: (phase: string) => void): Plugin {
  const executor: Executor = {
    execute: (attempt) => {
      if (Object.hasOwn(stubs, attempt.phase)) return busy.during(() => answer(stubs[attempt.phase], attempt));
      refuse(attempt.phase);
      return Promise.resolve(asFailure('There is no stub.'));
    },
  };
  return { name: '@orch/testkit', contract: 1, apply: (host) => host.executor(kind, executor) };
}

async function answer(stub: unknown, { number }: Attempt): Promise<Outcome> {
  try {
    const value: unknown = await (typeof stub === 'function' ? (stub as (attempt: number) => unknown)(number) : stub);
    if (value === undefined) return { status: 'completed' };
    return { status: 'completed', output: JSON.parse(JSON.stringify(value)) as Json };
  } catch (thrown) {
    const failed = failureIn(thrown);
    if (failed !== undefined) return failed;
    // A stub that throws is a function that throws.
    return asFailure(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function asFailure(message: string): Outcome {
  try {
    return failure({ message });
  } catch (thrown) {
    return failureIn(thrown)!;
  }
}

/**
 * The same workflow, its stubbed phases carried out by their stubs, its functions and schemas watched. A phase of a kind
 * that no plugin carries out is refused where it starts: one that is left out needs no stub. Keys of plugins that are not
 * loaded are left out of both: nobody is there to read them.
 */
export function stubPhases<W extends Workflow>(workflow: W, stubs: Untyped, { busy, watched }: StubRequest): W {
  const { spec, functions, rules, inputs } = workflow.definition;
  const known = new Set(spec.phases.map(({ name }) => name));
  for (const name of Object.keys(stubs)) if (!known.has(name)) throw noPhase(workflow.id, name);
  const phases = spec.phases.map((phase) => {
    const isCarriedOut = phase.kind === 'function' || watched.kinds.has(phase.kind);
    return Object.hasOwn(stubs, phase.name) || !isCarriedOut ? stubbed(phase, watched) : phase;
  });
  const definition: WorkflowDefinition = {
    spec: { ...spec, phases },
    functions: mapped(functions, (work) => (context) => busy.during(() => work(context))),
    rules: mapped(rules, ({ output, ...rule }) =>
      output === undefined ? rule : { ...rule, output: watchedSchema(output, busy) },
    ),
    ...(inputs === undefined ? {} : { inputs: watchedSchema(inputs, busy) }),
  };
  return { ...workflow, definition };
}

type WorkflowDefinition = Workflow['definition'];

function mapped<T>(values: ReadonlyMap<string, T>, change: (value: T) => T): ReadonlyMap<string, T> {
  return new Map([...values].map(([name, value]) => [name, change(value)]));
}

/** One that asks somebody else takes its time. */
function watchedSchema({ '~standard': standard, ...rest }: Schema, busy: Busy): Schema {
  return { ...rest, '~standard': { ...standard, validate: (value) => busy.during(() => standard.validate(value)) } };
}

export interface StubRequest {
  readonly busy: Busy;
  readonly watched: Watched;
}

function stubbed({ options, ...phase }: PhaseSpec, { optionKeys }: Watched): PhaseSpec {
  const kept = Object.entries(options ?? {}).filter(([key]) => key !== phase.kind && optionKeys.has(key));
  return { ...phase, kind, ...(kept.length === 0 ? {} : { options: dictionary(kept) }) };
}

function noPhase(workflow: string, name: string): Error {
  return orchError({
    code: 'ORCH_RUN_NO_PHASE',
    message: `Workflow ${workflow} has no phase ${JSON.stringify(name)} to stub.`,
  });
}

export function needsStub(workflow: Workflow, name: string): Error {
  const work = workflow.definition.spec.phases.find((phase) => phase.name === name)?.kind;
  return orchError({
    code: 'ORCH_PLUGIN_MISSING',
    message: `Phase ${JSON.stringify(name)} started. It is of kind ${JSON.stringify(work)}, which no plugin of this test carries out.`,
    hint: 'Stub the phase, or hand its plugin to testRun.',
  });
}
