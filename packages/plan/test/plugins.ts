import type { DescribedSchema, Executor, Plugin } from '@orch/core/author';

function schemaOf(expected: string, accepts: (value: unknown) => boolean): DescribedSchema<never> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) =>
        accepts(value) ? { value: value as never } : { issues: [{ message: `must be ${expected}` }] },
      jsonSchema: { input: () => ({}) },
    },
  };
}

const executor: Executor = { execute: async () => ({ status: 'completed' }) };
const isText = (value: unknown): boolean => typeof value === 'string';

/** A kind of work, and a key, as the plugins for commands and retries bring them. */
export const plugins: readonly Plugin[] = [
  {
    name: 'test-work',
    contract: 1,
    apply(host) {
      host.executor('command', executor);
      host.phaseOption('command', schemaOf('text', isText));
      host.executor('prompt', executor);
      host.phaseOption('prompt', schemaOf('text', isText));
      host.phaseOption(
        'env',
        schemaOf('an object', (it) => typeof it === 'object'),
      );
    },
  },
];
