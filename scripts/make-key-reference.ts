// Writes docs/reference/plan-keys.md: all keys of plan files, from the tables of core and the schemas of the plugins. Run:
// node --conditions=source scripts/make-key-reference.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '@orch/core/author';
import { commandPlugin } from '@orch/plugin-command';
import { retryPlugin } from '@orch/plugin-retry';
import { loadPlugins } from '../packages/core/src/hooks/plugin-host.ts';
import type { OwnedKey } from '../packages/core/src/spec/phase-keys.ts';
import { inputKeys, outputKeys } from '../packages/core/src/spec/data-keys.ts';
import { defaultsKeys, phaseKeys, workflowKeys } from '../packages/core/src/spec/plan-keys.ts';
import type { PlanKey } from '../packages/core/src/spec/plan-keys.ts';

export const referencePath = 'docs/reference/plan-keys.md';

/** A line of a table. */
interface Row {
  readonly key: string;
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
  readonly example: string;
  readonly owner: string;
}

/** The keywords that our own plugins use. */
interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
}

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

const columns = ['key', 'type', 'default', 'meaning', 'example', 'owner'] as const satisfies readonly (keyof Row)[];

const core = '`@orch/core`';

if (import.meta.main) {
  const file = join(import.meta.dirname, '..', referencePath);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, makeKeyReference());
}

export function makeKeyReference(): string {
  const { options, kinds } = pluginKeys();
  const owned = [...options].filter(([, { inPlans }]) => inPlans);
  const carried = (keys: ReadonlyMap<string, PlanKey>): PlanKey[] =>
    [...keys.values()].filter(({ accepts }) => accepts);
  const later = [...workflowKeys.values(), ...phaseKeys.values()].filter(
    ({ key, accepts }) => accepts === undefined && !options.has(key),
  );
  const inDefaults = [...defaultsKeys, ...owned.map(([key]) => key).filter((key) => !kinds.has(key))];
  return [
    '# Keys of plan files',
    '<!-- Made by `npm run reference:update` from the code. Do not edit. -->',
    'What a plan may say, made from the tables and schemas that read it. [The guide](../guide/README.md) shows what it is for. A key ' +
      'whose owner is not loaded is an error that names the plugin. `$schema`, `$comment` and keys that begin with `x_` are ignored on ' +
      'every level; all others are errors.',
    '## The plan',
    tableOf(carried(workflowKeys).map(rowOfCore)),
    `\`defaults\` may hold ${inDefaults.map(code).join(', ')}.`,
    '### An input',
    tableOf(carried(inputKeys).map(rowOfCore)),
    '## A phase',
    tableOf([...carried(phaseKeys).map(rowOfCore), ...owned.map(([key, it]) => rowOfOwned(key, it))]),
    'Of the kinds of work a phase has exactly one; from plan files that is `command`.',
    '### `output`',
    tableOf(carried(outputKeys).map(rowOfCore)),
    ...owned.flatMap(([key, it]) =>
      sectionsOf(key, schemaOf(it), it.owner).flatMap(({ title, rows }) => [`### ${title}`, tableOf(rows)]),
    ),
    '## Not carried out yet',
    `Refused by name: ${later.map(({ key }) => code(key)).join(', ')}.\n`,
  ].join('\n\n');
}

function pluginKeys(): ReturnType<typeof loadPlugins>['phaseKeys'] {
  const quiet = { info: () => undefined, warn: () => undefined };
  const options = { clock: systemClock, random: () => 0, log: quiet };
  return loadPlugins([commandPlugin(), retryPlugin()], options).phaseKeys;
}

function rowOfCore({ key, type, default: value, meaning, required, example = '' }: PlanKey): Row {
  return {
    key: code(key),
    type,
    default: value === undefined ? absent(required === true) : isJson(value) ? code(value) : value,
    meaning,
    example: example === '' ? '' : code(example),
    owner: core,
  };
}

function rowOfOwned(key: string, owned: OwnedKey): Row {
  const row = rowOfSchema(key, schemaOf(owned), { owner: owned.owner, required: false });
  const value = owned.planDefault === undefined ? row.default : json(owned.planDefault);
  return { ...row, default: value, meaning: `${row.meaning}${templateWords(owned)}` };
}

function templateWords({ templates, secrets }: OwnedKey): string {
  if (templates === undefined) return '';
  const where = templates('') ? '' : ' in a list only';
  return ` \`\${{ … }}\` is expanded${where}${secrets === true ? ', secret inputs too' : ''}.`;
}

function rowOfSchema(
  key: string,
  schema: JsonSchema,
  { owner, required }: { readonly owner: string; readonly required: boolean },
): Row {
  const { description = '', default: value, examples: [example] = [] } = schema;
  return {
    key: code(key),
    type: typeOf(schema),
    default: value === undefined ? absent(required) : json(value),
    meaning: description,
    example: example === undefined ? '' : json(example),
    owner: code(owner),
  };
}

/** A table for each object inside of a value; keys that hold the same have one. */
function sectionsOf(path: string, schema: JsonSchema, owner: string): Section[] {
  const { properties, required = [] } = schema;
  if (properties === undefined) return [];
  const rows = Object.entries(properties).map(([key, it]) =>
    rowOfSchema(key, it, { owner, required: required.includes(key) }),
  );
  const inner = new Map<string, Section>();
  for (const [key, it] of Object.entries(properties))
    for (const section of sectionsOf(`${path}.${key}`, it, owner)) {
      const same = JSON.stringify(section.rows);
      const before = inner.get(same);
      inner.set(same, before === undefined ? section : { ...before, title: `${before.title}, ${section.title}` });
    }
  return [{ title: code(path), rows }, ...inner.values()];
}

function typeOf(schema: JsonSchema): string {
  const { title, type, format, enum: choices, anyOf, items, properties, additionalProperties } = schema;
  if (title !== undefined) return title;
  if (choices !== undefined) return choices.map((it) => JSON.stringify(it)).join(', ');
  if (anyOf !== undefined) return anyOf.map(typeOf).join(', or ');
  switch (type) {
    case 'array':
      return `a list of ${typeOf(items ?? {})}`;
    case 'object':
      return properties === undefined ? `an object of ${typeOf(additionalProperties || {})}` : 'an object, see below';
    case 'boolean':
      return 'true or false';
    case 'string':
      return format === 'regex' ? 'a regular expression of JavaScript' : 'text';
    default:
      return `${type === 'integer' ? 'a whole number' : 'a number'}${rangeOf(schema)}`;
  }
}

function rangeOf({ minimum, maximum }: JsonSchema): string {
  if (minimum === undefined) return '';
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? ` from ${minimum} up`
    : ` from ${minimum} to ${maximum}`;
}

function schemaOf({ schema }: OwnedKey): JsonSchema {
  return schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
}

function absent(required: boolean): string {
  return required ? 'required' : 'none';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function json(value: unknown): string {
  return code(JSON.stringify(value));
}

function code(text: string): string {
  return `\`${text}\``;
}

function tableOf(rows: readonly Row[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((it) => it.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map((row) => line(columns.map((it) => row[it])))].join(
    '\n',
  );
}
