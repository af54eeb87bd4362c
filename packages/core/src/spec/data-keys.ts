import { typeNames } from './input-schema.ts';
import { outputSources } from './lower-rules.ts';
import { tableOf, text, truth, type PlanKey } from './plan-keys.ts';

/** Where another reader looks at the value. */
const anyValue = (): boolean => true;

/** The keys of an input of a plan. */
export const inputKeys: ReadonlyMap<string, PlanKey> = tableOf([
  {
    key: 'type',
    type: 'one of "string", "number", "integer", "boolean", "array", "object"',
    meaning: 'What a value must be; `integer` is at most 2^53 - 1.',
    required: true,
    example: '"string"',
    accepts: anyValue,
    schema: { enum: Object.keys(typeNames) },
  },
  {
    key: 'default',
    type: 'a value of the type',
    meaning: 'What it is where nobody says; makes it optional. Not of a secret one.',
    example: '"1.0"',
    accepts: anyValue,
    schema: {},
  },
  {
    key: 'required',
    ...truth,
    default: 'true where there is no default',
    meaning: '`false`: without a value the run goes on, and there is none.',
    example: 'false',
  },
  {
    key: 'enum',
    type: 'a list with at least one value',
    meaning: 'The values that it may have.',
    example: '["dev", "prod"]',
    accepts: (value) => Array.isArray(value) && value.length > 0,
    schema: { type: 'array', minItems: 1 },
  },
  {
    key: 'secret',
    ...truth,
    default: 'false',
    meaning: 'Its value is stored nowhere, and must be handed in again to recover.',
    example: 'true',
  },
  { key: 'description', ...text, meaning: 'What it is for.', example: '"of the release"' },
]);

/** The keys of `output`. */
export const outputKeys: ReadonlyMap<string, PlanKey> = tableOf([
  {
    key: 'from',
    type: 'one of "file", "stdout", "stdout-last-line"',
    default: '"file"',
    meaning: 'Where its JSON stands: in the file that `$ORCH_OUTPUT` names, in all of stdout, in its last line.',
    example: '"stdout"',
    accepts: anyValue,
    schema: { enum: outputSources },
  },
  {
    key: 'schema',
    type: 'a JSON Schema',
    meaning: 'What the output must fit, or the phase has failed.',
    example: '{"type": "object"}',
    accepts: anyValue,
    schema: { type: 'object' },
  },
]);
