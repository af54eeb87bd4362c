import type { DescribedSchema } from '../../src/schema.ts';
import type { OwnedKey, PhaseKeys } from '../../src/spec/phase-keys.ts';

/** A schema by hand: accepts what `accepts` says. */
export function schemaOf(expected: string, accepts: (value: unknown) => boolean): DescribedSchema<unknown> {
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => (accepts(value) ? { value } : { issues: [{ message: `must be ${expected}` }] }),
      jsonSchema: { input: () => ({}) },
    },
  };
}

const isText = (value: unknown): boolean => typeof value === 'string';

function owned(
  owner: string,
  expected: string,
  accepts: (value: unknown) => boolean,
  more: Partial<OwnedKey> = {},
): OwnedKey {
  return { owner, schema: schemaOf(expected, accepts), inPlans: true, ...more };
}

/** What the engine would collect from the plugins for commands and retries, and of one for another kind of work. */
export const keys: PhaseKeys = {
  kinds: new Set(['function', 'command', 'prompt']),
  options: new Map<string, OwnedKey>([
    ['command', owned('command', 'text or a list', (it) => isText(it) || Array.isArray(it))],
    ['prompt', owned('agent', 'text', isText)],
    ['env', owned('command', 'an object', (it) => typeof it === 'object' && it !== null)],
    [
      'retry_count',
      owned('retry', 'a whole number from 0 up', (it) => Number.isInteger(it) && Number(it) >= 0, { planDefault: 3 }),
    ],
    ['retry', owned('retry', 'an object', (it) => typeof it === 'object', { inPlans: false })],
  ]),
};

/** No plugin loaded. */
export const noKeys: PhaseKeys = { kinds: new Set(['function']), options: new Map() };
