import { isAlias, isMap, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { Location, Locator, Path, RepeatedKey, Span } from '../locate.ts';
import { isMerge, spanOf, type Links } from './to-value.ts';

interface At {
  readonly node: Node | null;
  readonly location: Location;
}

/** Places of the values of a document; of what an alias stands for, those of where that was written. */
export class DocumentPlaces implements Locator {
  readonly repeated: readonly RepeatedKey[];
  readonly #text: string;
  readonly #root: Node | null;
  readonly #links: Links;
  readonly #pairs = new Map<YAMLMap, ReadonlyMap<string, Pair<Node, Node | null>>>();

  constructor(text: string, root: Node | null, links: Links, repeated: readonly RepeatedKey[]) {
    this.#text = text;
    this.#root = root;
    this.#links = links;
    this.repeated = repeated;
  }

  readonly locate = (path: Path): Location => {
    let at: At = { node: this.#root, location: { value: this.#spanOf(this.#root) } };
    for (const step of path) {
      const next = this.#inside(at.node, step);
      if (next === undefined) break;
      at = next;
    }
    return at.location;
  };

  #inside(node: Node | null, step: string | number): At | undefined {
    const target = isAlias(node) ? this.#links.targets.get(node) : node;
    if (isSeq(target)) {
      const item = target.items[Number(step)] as Node | undefined;
      return item === undefined ? undefined : { node: item, location: { value: this.#spanOf(item) } };
    }
    return isMap(target) ? this.#member(target, String(step)) : undefined;
  }

  #member(map: YAMLMap, name: string): At | undefined {
    const pair = this.#pairsOf(map).get(name);
    if (pair !== undefined) {
      const key = this.#spanOf(pair.key);
      const value = pair.value === null ? key : this.#spanOf(pair.value);
      return { node: pair.value, location: { key, value } };
    }
    for (const base of this.#links.merged.get(map) ?? []) {
      const found = this.#member(base, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Of a repeated key the last value counts. */
  #pairsOf(map: YAMLMap): ReadonlyMap<string, Pair<Node, Node | null>> {
    let pairs = this.#pairs.get(map);
    if (pairs === undefined) {
      const own = (map.items as Pair<Node, Node | null>[]).filter(({ key }) => !isMerge(key));
      pairs = new Map(own.map((pair) => [String((pair.key as { value?: unknown }).value), pair]));
      this.#pairs.set(map, pairs);
    }
    return pairs;
  }

  /** Without the blanks and line ends behind it. */
  #spanOf(node: Node | null): Span {
    const { offset, length } = spanOf(node);
    let end = offset + length;
    while (end > offset && ' \t\r\n'.includes(this.#text[end - 1]!)) end--;
    return { offset, length: end - offset };
  }
}
