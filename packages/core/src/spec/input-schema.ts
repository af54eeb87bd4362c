import { dictionary, type Json } from '../json.ts';
import type { Schema, SchemaIssue } from '../schema.ts';
import { copyJson } from './copy-json.ts';
import { didYouMean } from './did-you-mean.ts';
import { describe } from './quote.ts';
import type { InputSpec, InputType } from './workflow-spec.ts';

type Inputs = { readonly [name: string]: InputSpec };

/** The schema of a plan's inputs: all that is wrong at once, defaults filled in. Values of secret inputs are never quoted. */
export function schemaOfInputs(specs: Inputs | undefined): Schema | undefined {
  if (specs === undefined) return undefined;
  return {
    '~standard': {
      version: 1,
      vendor: 'orch',
      validate(given) {
        if (typeof given !== 'object' || given === null || Array.isArray(given))
          return { issues: [{ message: 'must be an object' }] };
        const values = given as Readonly<Record<string, unknown>>;
        const issues: SchemaIssue[] = unknownNames(specs, values);
        const checked = dictionary<Json>();
        for (const [name, spec] of Object.entries(specs)) {
          const value = Object.hasOwn(values, name) ? values[name] : undefined;
          const problem = value === undefined ? absenceOf(spec) : inputProblem(spec, value);
          if (problem !== undefined) issues.push({ message: problem, path: [name] });
          else if (value !== undefined) checked[name] = value as Json;
          else if (spec.default !== undefined) checked[name] = spec.default;
        }
        return issues.length > 0 ? { issues } : { value: checked };
      },
    },
  };
}

/** Why a value can't be that of an input; `undefined`: it can. */
export function inputProblem({ type, enum: choices, secret }: InputSpec, value: unknown): string | undefined {
  const copied = copyJson(value);
  if ('problem' in copied) return copied.problem;
  // Whoever reads it again would have another number, as this one may be already: it is not quoted.
  if (type === 'integer' && Number.isInteger(copied.value) && !Number.isSafeInteger(copied.value))
    return 'is too large: a whole number has at most 2^53 - 1, 9007199254740991';
  const shown = secret === true ? '' : `, not ${describe(value)}`;
  if (!hasType(type, copied.value)) return `must be ${typeNames[type]}${shown}`;
  if (choices === undefined || choices.some((choice) => isSame(choice, copied.value))) return undefined;
  return `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}${shown}`;
}

/** What each type is called in messages. */
export const typeNames: Readonly<Record<InputType, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function hasType(type: InputType, value: Json): boolean {
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

function absenceOf({ required, default: value }: InputSpec): string | undefined {
  return value === undefined && required !== false ? 'is missing' : undefined;
}

function unknownNames(specs: Inputs, values: Readonly<Record<string, unknown>>): SchemaIssue[] {
  return Object.keys(values)
    .filter((name) => !Object.hasOwn(specs, name))
    .map((name) => {
      const meant = didYouMean(name, Object.keys(specs));
      return {
        message: `is no input of this workflow${meant === undefined ? '' : `; did you mean ${meant}?`}`,
        path: [name],
      };
    });
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
