import { endOfNested } from './measure-nesting.ts';
import { tokenizer, type Token } from './tokens.ts';

/** A piece of the text, in UTF-16 code units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Where a value stands, and its key if it has one. */
export interface Location {
  readonly value: Span;
  readonly key?: Span;
}

/** A key that its object had before. */
export interface RepeatedKey {
  readonly path: Path;
  readonly key: string;
  readonly at: Span;
  readonly first: Span;
}

export type Path = readonly (string | number)[];

/** The wanted paths as a tree: only what leads to one is remembered, whatever the size of the text. */
interface Wanted {
  readonly inside: Map<string | number, Wanted>;
  location?: Location;
}

export interface Locator {
  /** Where the value of a path stands, or the nearest value around it. */
  readonly locate: (path: Path) => Location;
  readonly repeated: readonly RepeatedKey[];
}

interface Level {
  readonly wanted: Wanted | undefined;
  readonly start: number;
  readonly keySpan: Span | undefined;
  /** Keys of an object with their places, or `undefined` in a list. */
  readonly keys: Map<string, Span> | undefined;
  step: string | number;
}

/** Repeated keys that are told. */
const maxRepeated = 1_000;

/**
 * Reads a text that is known to be JSON once more, to say where the values of some paths stand. Keeps its own stack.
 * @param repeats whether to look for repeated keys: then nothing of the text is passed over
 */
export function locator(text: string, paths: readonly Path[], { repeats }: { readonly repeats: boolean }): Locator {
  const root: Wanted = { inside: new Map() };
  for (const path of paths) want(root, path);
  const repeated: RepeatedKey[] = [];
  read(text, root, repeats ? repeated : undefined);
  return { repeated, locate: (path) => nearest(root, path) };
}

function want(root: Wanted, path: Path): void {
  let at = root;
  for (const step of path) {
    let next = at.inside.get(step);
    if (next === undefined) at.inside.set(step, (next = { inside: new Map() }));
    at = next;
  }
}

function nearest(root: Wanted, path: Path): Location {
  let at: Wanted | undefined = root;
  let found = root.location ?? { value: { offset: 0, length: 0 } };
  for (const step of path) {
    at = at.inside.get(step);
    if (at?.location === undefined) break;
    found = at.location;
  }
  return found;
}

function read(text: string, root: Wanted, repeated: RepeatedKey[] | undefined): void {
  const next = tokenizer(text);
  const levels: Level[] = [];
  let key: { readonly name: string; readonly span: Span } | undefined;
  let from: number | undefined;
  for (let token = next(); token.kind !== 'end'; token = next(from)) {
    from = undefined;
    const level = levels.at(-1);
    if (token.kind === ':') continue;
    if (token.kind === ',') {
      if (level !== undefined && typeof level.step === 'number') level.step++;
    } else if (token.kind === '}' || token.kind === ']') {
      levels.pop();
      if (level !== undefined) remember(level.wanted, level.start, token.end, level.keySpan);
    } else if (level?.keys !== undefined && key === undefined) {
      key = readKey(text, token, levels, level.keys, repeated);
      level.step = key.name;
    } else {
      const wanted = level === undefined ? root : level.wanted?.inside.get(level.step);
      if (token.kind !== '{' && token.kind !== '[') remember(wanted, token.offset, token.end, key?.span);
      else if (repeated === undefined && (wanted?.inside.size ?? 0) === 0) {
        from = endOfNested(text, token.offset);
        remember(wanted, token.offset, from, key?.span);
      } else levels.push(openLevel(token, wanted, key?.span));
      key = undefined;
    }
  }
}

function openLevel({ kind, offset }: Token, wanted: Wanted | undefined, keySpan: Span | undefined): Level {
  const isObject = kind === '{';
  return { wanted, start: offset, keySpan, keys: isObject ? new Map() : undefined, step: isObject ? '' : 0 };
}

function readKey(
  text: string,
  token: Token,
  levels: readonly Level[],
  keys: Map<string, Span>,
  repeated: RepeatedKey[] | undefined,
): { name: string; span: Span } {
  const name = JSON.parse(text.slice(token.offset, token.end)) as string;
  const span = { offset: token.offset, length: token.end - token.offset };
  const path = (): Path => [...levels.slice(0, -1).map((it) => it.step), name];
  if (repeated !== undefined) noteKey(keys, { key: name, at: span, path }, repeated);
  return { name, span };
}

/** Remembers a key among those of its object, or that it stands there again. */
export function noteKey(
  keys: Map<string, Span>,
  { key, at, path }: { readonly key: string; readonly at: Span; readonly path: () => Path },
  repeated: RepeatedKey[],
): void {
  const first = keys.get(key);
  if (first === undefined) keys.set(key, at);
  else if (repeated.length < maxRepeated) repeated.push({ path: path(), key, at, first });
}

/** Of a repeated key the last value counts, as in `JSON.parse`. */
function remember(wanted: Wanted | undefined, offset: number, end: number, key: Span | undefined): void {
  if (wanted !== undefined)
    wanted.location = { value: { offset, length: end - offset }, ...(key === undefined ? {} : { key }) };
}
