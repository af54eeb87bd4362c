import { quote, type Json, type SchemaIssue } from '@orch/core/author';
import type { core } from 'zod';

type Found = core.$ZodIssue;

/** What zod has against a value, in our words: what it must be, and what was found. The first ones. */
export function issuesOf(found: readonly Found[], value: Json): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = [];
  const said = new Set<string>();
  for (const { issue, path } of unfold(found, [])) {
    const message = say(issue, at(value, path));
    // Two parts of a schema may say the same.
    const key = JSON.stringify([message, path.map(String)]);
    if (said.has(key)) continue;
    said.add(key);
    if (issues.length === most) return [...issues, { message: `And more: only the first ${most} are named` }];
    issues.push({ message, path });
  }
  return issues;
}

interface Placed {
  readonly issue: Found;
  readonly path: readonly PropertyKey[];
}

/** Looks into choices between a schema and itself, which are what `carriedSchema` makes of "allOf". */
function* unfold(found: readonly Found[], outer: readonly PropertyKey[]): Generator<Placed> {
  for (const issue of found) {
    const path = [...outer, ...issue.path];
    const [first, second, third] = issue.code === 'invalid_union' ? issue.errors : [];
    const isOne = third === undefined && second !== undefined && JSON.stringify(first) === JSON.stringify(second);
    if (isOne) yield* unfold(first!, path);
    else yield { issue, path };
  }
}

const most = 20;

function at(value: Json, path: readonly PropertyKey[]): Json | undefined {
  let found: unknown = value;
  for (const step of path)
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, step) ? found[step as never] : undefined;
  return found as Json | undefined;
}

function say(issue: Found, value: Json | undefined): string {
  if (issue.code === 'invalid_key') return `Is a key that is not allowed${sayKeys(issue)}`;
  if (value === undefined) return 'Is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `Must be ${types[issue.expected] ?? issue.expected}, not ${sayValue(value)}`;
    case 'invalid_value':
      return `Must be ${issue.values.map((it) => JSON.stringify(it)).join(' or ')}, not ${sayValue(value)}`;
    case 'too_small':
    case 'too_big':
      return saySize(issue, value);
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}, not ${sayValue(value)}`;
    case 'invalid_format':
      return `Must ${sayFormat(issue)}, unlike ${sayValue(value)}`;
    case 'invalid_union':
      return sayUnion(issue, value);
    case 'custom':
      return sayCustom(issue.message);
    default:
      return `Does not fit: ${issue.message}`;
  }
}

const types: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
  never: 'left out',
};

/** A text is shown whole or not at all: whoever hides secrets in messages would not know a piece of one. */
function sayValue(value: Json): string {
  if (typeof value === 'string') {
    const quoted = quote(value, 60);
    return quoted === `"${value}"` ? quoted : `a text of ${value.length} characters`;
  }
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  return 'an object';
}

function sayKeys(issue: Found & { readonly code: 'invalid_key' }): string {
  const names = issue.issues.flatMap((one) => (one.code === 'invalid_union' ? one.errors.flat() : [one]));
  const known = names.flatMap((one) => (one.code === 'invalid_value' ? one.values.map(String) : []));
  return known.length === 0 || known.length > most ? '' : `: there are ${known.map((it) => quote(it, 40)).join(', ')}`;
}

type Sized = Found & { readonly code: 'too_small' | 'too_big' };

function saySize(issue: Sized, value: Json): string {
  const bound = String(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  const wide = issue.inclusive !== false;
  const few = issue.code === 'too_small';
  if (typeof value === 'string')
    return `Must have at ${few ? 'least' : 'most'} ${bound} characters, and has ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const [things, has] = Array.isArray(value) ? ['items', value.length] : ['keys', Object.keys(value).length];
    return `Must have at ${few ? 'least' : 'most'} ${bound} ${things}, and has ${has}`;
  }
  const how = wide ? (few ? 'at least' : 'at most') : few ? 'more than' : 'less than';
  return `Must be ${how} ${bound}, not ${sayValue(value)}`;
}

/** What zod's converter checks by itself it says in text only. */
function sayCustom(message: string): string {
  const twice = /^Array items must be unique: .* (\d+)$/.exec(message);
  if (twice !== null) return `Is the same as item ${twice[1]}, and "uniqueItems" wants none twice`;
  const contains = /^Array must contain (at least|at most) (\d+) matching/.exec(message);
  return contains === null ? message : `Must hold ${contains[1]} ${contains[2]} of the items that "contains" asks for`;
}

function sayFormat(issue: Found & { readonly code: 'invalid_format' }): string {
  const named: Readonly<Record<string, string>> = { datetime: 'date-time', url: 'uri' };
  const { format } = issue;
  if (format === 'regex') return `match ${issue.pattern ?? 'a pattern'}`;
  return `be written as ${named[format] ?? format}`;
}

function sayUnion(issue: Found & { readonly code: 'invalid_union' }, value: Json): string {
  if (issue.errors.length === 0)
    return `Fits more than one of the alternatives of "oneOf", and must fit one: ${sayValue(value)}`;
  const alternatives = issue.errors.map((errors) => errors[0]).filter((error) => error !== undefined);
  const wanted = alternatives.flatMap((error) => (error.path.length > 0 ? [] : wantedOf(error)));
  if (wanted.length === issue.errors.length)
    return `Must be ${[...new Set(wanted)].join(' or ')}, not ${sayValue(value)}`;
  return `Fits none of the ${issue.errors.length} alternatives: ${sayValue(value)}`;
}

function wantedOf(issue: Found): readonly string[] {
  if (issue.code === 'invalid_type') return [types[issue.expected] ?? issue.expected];
  return issue.code === 'invalid_value' ? [issue.values.map((it) => JSON.stringify(it)).join(' or ')] : [];
}
