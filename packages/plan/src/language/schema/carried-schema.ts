import { quote, type Json } from '@orch/core/author';
import { limits } from '../limits.ts';
import { arrayPart, numberPart, objectPart, stringPart } from './typed-parts.ts';
import { families, keywordProblem, typed, type Family, type TypeName } from './keywords.ts';
import { SchemaProblem } from './schema-problem.ts';
import { isSchemaObject, refuse, type All, type Carried, type SchemaObject, type Walk } from './walk.ts';

/**
 * What zod's converter can carry out, in the form in which it does: it passes over keywords without `type`, beside `$ref`
 * or beside one another, so each part of a schema becomes a schema of its own. Throws a `SchemaProblem` for all else.
 */
export function carriedSchema(root: Json): Carried {
  const all: All = { root, carry, names: nameDefinitions(root), leadsTo: new Map(), schemas: 0 };
  const schema = carry(root, { path: [], owner: '#', all });
  const definitions: Record<string, Json> = {};
  for (const [pointer, name] of all.names) {
    const path = pointerSteps(pointer);
    const definition = carry(definitionAt(root, pointer)!, { path, owner: pointer, all });
    // zod takes a definition that is `false` for one that is missing.
    definitions[name] = definition === false ? { enum: [] } : definition;
  }
  refuseEndlessReferences(all);
  return typeof schema === 'boolean' || all.names.size === 0 ? schema : { ...schema, $defs: definitions };
}

/** Held against the same value as the schema around. */
function carry(schema: Json, walk: Walk): Carried {
  if (++walk.all.schemas > limits.schemas)
    throw new SchemaProblem(`A schema holds at most ${limits.schemas} schemas`, walk.path);
  if (walk.path.length > limits.expressionDepth) throw new SchemaProblem('The schema is nested too deeply', walk.path);
  if (typeof schema === 'boolean') return schema ? anything : false;
  if (!isSchemaObject(schema)) throw new SchemaProblem('A schema is an object, true or false', walk.path);
  for (const keyword of Object.keys(schema)) {
    const problem = keywordProblem(keyword, walk.path.length === 0);
    if (problem !== undefined) throw new SchemaProblem(problem, [...walk.path, keyword]);
  }
  checkDialect(schema, walk);
  const parts = [
    ...referencePart(schema, walk),
    ...typePart(schema, walk),
    ...valuesPart(schema, walk),
    ...['anyOf', 'oneOf'].flatMap((keyword) => choicePart(keyword, schema, walk)),
    ...listOf('allOf', schema, walk),
  ];
  return allOf(parts);
}

/** Not `true`, as zod takes what is missing for anything. */
const anything: Carried = { anyOf: Object.keys(families).map((type) => ({ type })) };

/**
 * Of several schemas for one value zod refuses a key only where all of them do. An issue within a choice escapes that, so
 * each becomes a choice between itself and itself; `issuesOf` knows them.
 */
function allOf(parts: readonly Carried[]): Carried {
  if (parts.length === 0) return anything;
  return parts.length === 1 ? parts[0]! : { allOf: parts.map((part) => ({ anyOf: [part, part] })) };
}

function checkDialect({ $schema }: SchemaObject, walk: Walk): void {
  const known = /^https?:\/\/json-schema\.org\/(draft\/2020-12|draft-07)\/schema#?$/;
  if ($schema === undefined || (typeof $schema === 'string' && known.test($schema))) return;
  refuse('"$schema" is draft 2020-12 or draft-07', walk, '$schema');
}

function referencePart({ $ref }: SchemaObject, walk: Walk): Carried[] {
  if ($ref === undefined) return [];
  const pointer = typeof $ref === 'string' ? decode($ref) : undefined;
  const name = pointer === '#' ? '#' : walk.all.names.get(pointer ?? '');
  if (pointer === undefined || name === undefined)
    return refuse(`"$ref" leads to "#" or to a schema in "#/$defs/", not to ${JSON.stringify($ref)}`, walk, '$ref');
  if (walk.owner !== undefined) {
    const leads = walk.all.leadsTo.get(walk.owner) ?? new Set();
    walk.all.leadsTo.set(walk.owner, leads.add(pointer));
  }
  return [{ $ref: name === '#' ? '#' : `#/$defs/${name}` }];
}

function typePart(schema: SchemaObject, walk: Walk): Carried[] {
  const types = typesOf(schema, walk);
  const keywords = Object.keys(schema).filter((keyword) => Object.hasOwn(typed, keyword));
  for (const keyword of keywords) {
    const family = typed[keyword]!;
    if (types === undefined) refuse(`${quote(keyword)} is checked beside "type": "${family}" only`, walk, keyword);
    if (!types.some((type) => families[type] === family))
      refuse(`${quote(keyword)} says nothing about the type ${quote(types.join(', '))}`, walk, keyword);
  }
  if (types === undefined) return [];
  const made = types.map((type) => ({ type, ...makers[families[type]](schema, walk) }));
  return made.length === 1 ? made : [{ anyOf: made }];
}

const makers: Readonly<Record<Family, (schema: SchemaObject, walk: Walk) => Readonly<Record<string, Json>>>> = {
  string: stringPart,
  number: numberPart,
  object: objectPart,
  array: arrayPart,
  boolean: () => ({}),
  null: () => ({}),
};

function typesOf({ type }: SchemaObject, walk: Walk): readonly TypeName[] | undefined {
  if (type === undefined) return undefined;
  const list: readonly Json[] = Array.isArray(type) ? type : [type];
  const isKnown = (name: Json): name is TypeName => typeof name === 'string' && Object.hasOwn(families, name);
  if (list.length > 0 && list.every(isKnown)) return list;
  return refuse(`"type" is one or several of ${Object.keys(families).join(', ')}`, walk, 'type');
}

function valuesPart(schema: SchemaObject, walk: Walk): Carried[] {
  const parts: Carried[] = [];
  for (const keyword of ['enum', 'const']) {
    const given = schema[keyword];
    if (given === undefined) continue;
    const values: readonly Json[] = keyword === 'const' ? [given] : Array.isArray(given) ? given : [];
    if (values.length === 0) refuse('"enum" is a list of at least one value', walk, keyword);
    if (values.some((value) => typeof value === 'object' && value !== null))
      refuse(`Lists and objects in ${quote(keyword)} are not supported`, walk, keyword);
    parts.push({ enum: values });
  }
  return parts;
}

function choicePart(keyword: string, schema: SchemaObject, walk: Walk): Carried[] {
  const options = listOf(keyword, schema, walk);
  return options.length === 0 ? [] : [{ [keyword]: options }];
}

function listOf(keyword: string, schema: SchemaObject, walk: Walk): readonly Carried[] {
  const given = schema[keyword];
  if (given === undefined) return [];
  if (!Array.isArray(given) || given.length === 0)
    return refuse(`${quote(keyword)} is a list of at least one schema`, walk, keyword);
  return given.map((option: Json, index) => carry(option, { ...walk, path: [...walk.path, keyword, index] }));
}

function nameDefinitions(root: Json): Map<string, string> {
  const names = new Map<string, string>();
  if (!isSchemaObject(root)) return names;
  for (const keyword of ['$defs', 'definitions']) {
    const held = root[keyword];
    if (held === undefined) continue;
    if (!isSchemaObject(held)) throw new SchemaProblem(`"${keyword}" is an object of schemas`, [keyword]);
    for (const key of Object.keys(held)) names.set(`#/${keyword}/${key}`, `d${names.size}`);
  }
  return names;
}

function definitionAt(root: Json, pointer: string): Json | undefined {
  const [keyword, key] = pointerSteps(pointer);
  const held = isSchemaObject(root) ? root[keyword!] : undefined;
  return isSchemaObject(held) ? held[key!] : undefined;
}

/** Our own pointers hold a name as it is, so it may hold a slash. */
function pointerSteps(pointer: string): readonly string[] {
  const slash = pointer.indexOf('/', 2);
  return [pointer.slice(2, slash), pointer.slice(slash + 1)];
}

/** A reference as our own pointers are written. */
function decode(reference: string): string | undefined {
  const [hash, keyword, name, ...more] = reference.split('/');
  if (hash !== '#' || more.length > 0) return undefined;
  if (keyword === undefined || (keyword === '' && name === undefined)) return '#';
  try {
    return `#/${keyword}/${decodeURIComponent(name ?? '')
      .replaceAll('~1', '/')
      .replaceAll('~0', '~')}`;
  } catch {
    return undefined;
  }
}

/** Where a schema leads back to itself without a step into the value, no check of it would end. */
function refuseEndlessReferences({ leadsTo, root }: All): void {
  const done = new Set<string>();
  for (const start of leadsTo.keys()) {
    const open: [pointer: string, way: readonly string[]][] = [[start, [start]]];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [pointer, way] = next;
      for (const target of leadsTo.get(pointer) ?? []) {
        if (way.includes(target)) {
          const path = target === '#' || definitionAt(root, target) === undefined ? [] : pointerSteps(target);
          throw new SchemaProblem('This schema refers to itself without end', path);
        }
        if (!done.has(target)) open.push([target, [...way, target]]);
      }
      done.add(pointer);
    }
  }
}
