import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Alias,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { quote } from '@orch/core/author';
import { noteKey, type Path, type RepeatedKey, type Span } from '../locate.ts';
import { maxDepth, overLimit, tooDeep, type TextProblem } from '../plan-format.ts';
import { isWellFormed } from './syntax-words.ts';

/** What a document of YAML says in JSON. */
export interface ReadValue {
  readonly value: unknown;
  readonly problems: readonly TextProblem[];
  readonly repeated: readonly RepeatedKey[];
  readonly links: Links;
}

/** What leads from one place of a document to another. */
export interface Links {
  readonly targets: ReadonlyMap<Alias, Node>;
  /** What `<<` brings into an object, what counts first. */
  readonly merged: ReadonlyMap<YAMLMap, readonly YAMLMap[]>;
}

/** Values for which aliases may stand: a file of a few lines can stand for billions. */
const maxCopied = 1_000_000;

/** Problems that are told. */
const maxTold = 1_000;

interface Converted {
  readonly value: unknown;
  /** Values in it, itself included. */
  readonly size: number;
  /** Collections inside one another. */
  readonly height: number;
}

interface Anchored {
  readonly node: Node;
  /** Absent while its value is read: an alias in it would stand for itself. */
  converted?: Converted;
}

const nothing: Converted = { value: null, size: 1, height: 0 };

/**
 * Reads the nodes of a document into JSON. Of what an alias stands for there is one object, however often; it counts as
 * often as it is used.
 */
export function toValue(text: string, document: Document.Parsed): ReadValue | { readonly problem: TextProblem } {
  const reading = new Reading();
  for (const warning of document.warnings) if (isWellFormed(warning)) reading.tell(ofWarning(warning, text));
  if (document.directives.yaml.version === '1.1') reading.tell(oldVersion(text));
  const { value } = reading.read(document.contents, 0, []);
  const { tooMuch, problems, repeated, targets, merged } = reading;
  if (tooMuch !== undefined) return { problem: tooMuch };
  return { value, problems, repeated, links: { targets, merged } };
}

class Reading {
  readonly problems: TextProblem[] = [];
  readonly repeated: RepeatedKey[] = [];
  readonly targets = new Map<Alias, Node>();
  readonly merged = new Map<YAMLMap, readonly YAMLMap[]>();
  readonly #anchors = new Map<string, Anchored>();
  /** Aliases stand for more than can be read: then nothing more is. */
  tooMuch: TextProblem | undefined;
  #copied = 0;

  tell(problem: TextProblem): void {
    if (this.problems.length < maxTold) this.problems.push(problem);
  }

  /** Recurs no deeper than collections stand in one another. */
  read(node: Node | null, depth: number, path: Path): Converted {
    if (node === null || this.tooMuch !== undefined) return nothing;
    if (isAlias(node)) return this.#readAlias(node, depth);
    const anchored: Anchored = { node };
    if ('anchor' in node && node.anchor !== undefined) this.#anchors.set(node.anchor, anchored);
    const converted = isMap(node)
      ? this.#readObject(node, depth, path)
      : isSeq(node)
        ? this.#readList(node.items as Node[], depth, path)
        : this.#readScalar(node as Scalar);
    anchored.converted = converted;
    return converted;
  }

  #readList(items: readonly (Node | null)[], depth: number, path: Path): Converted {
    const read = items.map((it, index) => this.read(it, depth + 1, [...path, index]));
    return {
      value: read.map((it) => it.value),
      size: read.reduce((sum, it) => sum + it.size, 1),
      height: read.reduce((most, it) => Math.max(most, it.height), 0) + 1,
    };
  }

  #readObject(node: YAMLMap, depth: number, path: Path): Converted {
    const value: Record<string, unknown> = {};
    const seen = new Map<string, Span>();
    const bases: { readonly from: YAMLMap; readonly value: object }[] = [];
    let size = 1;
    let height = 0;
    for (const { key, value: inside } of node.items as Pair<Node, Node | null>[]) {
      const name = this.#readKey(key);
      const converted = this.read(inside, depth + 1, name === undefined ? path : [...path, name]);
      size += converted.size;
      height = Math.max(height, converted.height);
      if (name === undefined) continue;
      noteKey(seen, { key: name, at: spanOf(key), path: () => [...path, name] }, this.repeated);
      if (isMerge(key)) bases.push(...this.#basesOf(inside, converted.value));
      // As a key of its own, whatever it is called.
      else
        Object.defineProperty(value, name, {
          value: converted.value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
    }
    for (const { value: base } of bases)
      for (const name of Object.keys(base))
        if (!Object.hasOwn(value, name))
          Object.defineProperty(value, name, { ...Object.getOwnPropertyDescriptor(base, name) });
    if (bases.length > 0)
      this.merged.set(
        node,
        bases.map(({ from }) => from),
      );
    return { value, size, height: height + 1 };
  }

  /** The name of a key; `undefined`: it is none. */
  #readKey(key: Node): string | undefined {
    if (isScalar(key)) {
      const { value } = this.read(key, 0, []);
      if (typeof value === 'string') return value;
    }
    const written = isScalar(key) ? (key.source ?? '') : '';
    const found = isAlias(key) ? 'an alias' : !isScalar(key) ? 'a list or an object' : written || 'nothing';
    this.tell({
      code: 'ORCH_PLAN_YAML',
      message: `A key must be text, not ${found}.`,
      hint: written === '' ? 'Write the text of the key.' : `Put it in quotes: "${written}".`,
      ...spanOf(key),
    });
    return undefined;
  }

  /** The objects that `<<` names, the first one first. */
  #basesOf(node: Node | null, value: unknown): { readonly from: YAMLMap; readonly value: object }[] {
    const nodes = isSeq(node) ? (node.items as Node[]) : [node];
    const values = isSeq(node) ? (value as unknown[]) : [value];
    return nodes.flatMap((it, index) => {
      const target = isAlias(it) ? this.targets.get(it) : it;
      const base = values[index];
      if (isMap(target) && typeof base === 'object' && base !== null) return [{ from: target, value: base }];
      // Of an alias that stands for nothing that has been said.
      if (!isAlias(it) || target !== undefined)
        this.tell({
          code: 'ORCH_PLAN_YAML',
          message: '<< takes the keys of objects, and this is none.',
          hint: 'As in <<: *common, where x_common: &common has the keys.',
          ...spanOf(it ?? node),
        });
      return [];
    });
  }

  #readAlias(alias: Alias, depth: number): Converted {
    const anchored = this.#anchors.get(alias.source);
    if (anchored?.converted === undefined) {
      const words =
        anchored === undefined
          ? { message: `Nothing before this is called &${alias.source}.`, hint: 'An anchor stands before its aliases.' }
          : { message: `*${alias.source} stands within what it stands for.`, hint: 'A plan has an end: write it out.' };
      this.tell({ code: 'ORCH_PLAN_YAML', ...words, ...spanOf(alias) });
      return nothing;
    }
    const { size, height } = anchored.converted;
    this.#copied += size;
    if (this.#copied > maxCopied) {
      this.tooMuch = overLimit(spanOf(alias), {
        message: `Up to here, aliases bring more than ${maxCopied} values into the plan.`,
        hint: 'Write out what is needed, or split the plan.',
      });
      return nothing;
    }
    if (depth + height > maxDepth) {
      this.tell(tooDeep(spanOf(alias)));
      return nothing;
    }
    this.targets.set(alias, anchored.node);
    return anchored.converted;
  }

  #readScalar(scalar: Scalar): Converted {
    const { value, source = '', type } = scalar;
    const problem = typeof value !== 'number' || type !== 'PLAIN' ? undefined : numberProblem(value, source);
    if (problem !== undefined) this.tell({ code: 'ORCH_PLAN_YAML', ...problem, ...spanOf(scalar) });
    return { value: problem === undefined ? value : null, size: 1, height: 0 };
  }
}

function numberProblem(value: number, source: string): { message: string; hint: string } | undefined {
  if (/^[-+]?\.(?:inf|nan)$/i.test(source))
    return {
      message: `JSON has no number ${source}.`,
      hint: 'Leave the key out, or put it in quotes where text is meant.',
    };
  if (!/^[-+]?0\d/.test(source)) return undefined;
  return {
    message: `${source} is octal for some readers of YAML, and ${String(value)} for others.`,
    hint: `Write ${String(value)} or 0o…, or "${source}" where text is meant.`,
  };
}

/** A key `<<` in quotes is one like any other. */
export function isMerge(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** Where a node stands, without the blanks and line ends behind it. */
export function spanOf(node: unknown): Span {
  const [offset = 0, end = offset] = (node as Node | null)?.range ?? [];
  return { offset, length: end - offset };
}

function ofWarning(
  { code, message, pos: [offset, end] }: Document.Parsed['warnings'][number],
  text: string,
): TextProblem {
  const at = { code: 'ORCH_PLAN_YAML' as const, offset, length: Math.max(1, end - offset) };
  const written = text.slice(offset, end);
  if (code === 'TAG_RESOLVE_FAILED')
    return {
      ...at,
      message: `Plans have no tag ${quote(written)}, or it does not fit the value.`,
      hint: 'Leave the tag out; a value in quotes is text.',
    };
  return { ...at, message: `${message}.`, hint: 'Plans are YAML 1.2: leave the line out.' };
}

function oldVersion(text: string): TextProblem {
  return {
    code: 'ORCH_PLAN_YAML',
    message: 'Plans are YAML 1.2, where yes and no are texts.',
    hint: 'Leave the line out.',
    offset: Math.max(0, text.indexOf('%YAML')),
    length: '%YAML 1.1'.length,
  };
}
