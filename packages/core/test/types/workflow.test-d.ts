// Checked by tsc, never run.
import type { Duration } from '../../src/duration.ts';
import type { Schema } from '../../src/schema.ts';
import { workflow, type PhaseOption, type Work, type Workflow } from '../../src/spec/workflow.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function is<T extends true>(proof?: T): void;

// What plugins and schema libraries hand in, by its types alone.
declare function schema<In, Out = In>(): Schema<In, Out>;
declare function command<O = undefined>(text: string, options?: { output?: Schema<unknown, O> }): Work<O>;
declare function retry(policy: { maxAttempts: number; delay?: Duration }): PhaseOption;

interface Plan {
  files: string[];
  risk: 'low' | 'high';
}
const plan = async (): Promise<Plan> => ({ files: [], risk: 'low' });

type Given = { version: string; dry?: boolean | undefined; token: string };
type Inputs = { version: string; dry: boolean; token: string };

export const release = workflow('release', { inputs: schema<Given, Inputs>(), secrets: ['token'] })
  .phase('scout', {
    run: ({ inputs, signal, idempotencyKey }) => {
      is<Equal<typeof inputs.version, string>>();
      is<Equal<typeof inputs.dry, boolean>>();
      is<Equal<typeof idempotencyKey, string>>();
      is<Equal<typeof signal, AbortSignal>>();
      return { count: 3 };
    },
  })
  .phase('plan', {
    dependsOn: ['scout'],
    run: async ({ outputs }) => {
      is<Equal<typeof outputs.scout.count, number>>();
      return plan();
    },
  })
  .phase('lint', { continueOnFailure: true, run: () => ({ warnings: 2 }) })
  .phase('e2e', {
    dependsOn: ['plan'],
    if: ({ inputs, outputs }) => !inputs.dry && outputs.plan.risk === 'high',
    run: () => 'report.html',
  })
  .phase('test', {
    dependsOn: ['plan'],
    run: command('pnpm test', { output: schema<unknown, { passed: number }>() }),
    options: [retry({ maxAttempts: 3, delay: '5s' })],
    timeout: '10m',
    checkpoint: false,
    version: 2,
  })
  .phase('build', { run: command('pnpm build') })
  .phase('alarm', {
    dependsOn: ['plan'],
    after: 'failed',
    run: ({ outputs }) => {
      is<Equal<typeof outputs.plan, Plan | undefined>>();
      return { rung: true };
    },
  })
  .phase('optional', {
    dependsOn: ['scout'],
    if: ({ outputs }) => outputs.scout.count > 0,
    run: command('pnpm optional', { output: schema<unknown, { passed: number }>() }),
  })
  .phase('reads', {
    dependsOn: ['alarm', 'optional', 'lint', 'test'],
    run: ({ outputs: { alarm, optional, lint, test } }) => {
      // What may end without an output, or be left out without taking its dependents along.
      is<Equal<typeof alarm, { rung: boolean } | undefined>>();
      is<Equal<typeof optional, { passed: number } | undefined>>();
      is<Equal<typeof lint, { warnings: number } | undefined>>();
      is<Equal<typeof test, { passed: number }>>();
      // @ts-expect-error it may be missing
      void optional.passed;
    },
  })
  .each('publish', ({ outputs }) => outputs.plan.files, {
    dependsOn: ['plan', 'test', 'lint', 'e2e'],
    maxParallel: 4,
    run: ({ item, index, outputs }) => {
      is<Equal<typeof item, string>>();
      is<Equal<typeof index, number>>();
      is<Equal<typeof outputs.test, { passed: number }>>();
      is<Equal<typeof outputs.lint, { warnings: number } | undefined>>();
      is<Equal<typeof outputs.e2e, string | undefined>>();
      return { name: item };
    },
  })
  .phase('clean', {
    after: 'always',
    dependsOn: ['publish'],
    run: ({ outputs }) => {
      is<Equal<typeof outputs.publish, readonly { name: string }[] | undefined>>();
    },
  });

type Types = NonNullable<(typeof release)['~types']>;
is<Equal<Types['outputs']['build'], undefined>>();
is<Equal<Types['inputs'], Inputs>>();
is<Equal<Types['given'], Given>>();

// Any workflow is a Workflow, and so is one without inputs.
export const some: readonly Workflow[] = [release, workflow('plain').phase('a', { run: () => 1 })];

// Nothing is known of the phases of any workflow: each name may be new.
export const longer = (given: Workflow, name: string): Workflow =>
  given.phase('a', { run: () => 1 }).phase(name, { dependsOn: ['a'], run: ({ outputs }) => outputs.a });

export const bad = workflow('bad')
  .phase('a', { run: () => 1 })
  // @ts-expect-error unknown dependency
  .phase('b', { dependsOn: ['aa'], run: () => 1 })
  // @ts-expect-error output of a phase that is no dependency
  .phase('c', { run: ({ outputs }) => outputs.a })
  // @ts-expect-error there is a phase of this name already
  .phase('a', { run: () => 1 })
  // @ts-expect-error a number has no unit
  .phase('e', { timeout: 300, run: () => 1 })
  // @ts-expect-error retry is not core's
  .phase('f', { retry: { maxAttempts: 3 }, run: () => 1 })
  // @ts-expect-error text is no work
  .phase('text', { run: 'pnpm build' })
  // @ts-expect-error a handler says when it runs
  .phase('late', { after: 'sometimes', run: () => 1 })
  .phase('g', { run: () => ({ at: new Date(), f: () => 1 }) })
  .phase('h', {
    dependsOn: ['g'],
    run: ({ outputs }) => {
      // A Date comes back as text, a function not at all.
      is<Equal<typeof outputs.g.at, string>>();
      // @ts-expect-error gone
      void outputs.g.f;
    },
  });

// @ts-expect-error no such input
workflow('secret', { inputs: schema<{ token: string }>(), secrets: ['tokn'] });

// Neither clean-ups nor handlers have a condition, and the other way round: each says when it runs in one way.
// @ts-expect-error both
workflow('both').phase('a', { run: () => 1, if: () => true, after: 'always' });
// @ts-expect-error a condition is asked, and answers at once
workflow('late').phase('a', { run: () => 1, if: async () => true });
