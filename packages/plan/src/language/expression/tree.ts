/** An expression as it is evaluated: names are known, arguments are counted, and nothing in it is more than `maxDepth` deep. */
export type Tree =
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'item'; readonly name: string }
  | { readonly kind: 'field'; readonly of: Tree; readonly key: string }
  | { readonly kind: 'index'; readonly of: Tree; readonly key: Tree }
  | { readonly kind: 'has'; readonly of: Tree }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Tree[] }
  | { readonly kind: 'method'; readonly name: string; readonly of: Tree; readonly args: readonly Tree[] }
  | { readonly kind: 'matches'; readonly of: Tree; readonly pattern: RegExp }
  | Loop
  | { readonly kind: 'list'; readonly items: readonly Tree[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [Tree, Tree])[] }
  | { readonly kind: 'choice'; readonly condition: Tree; readonly yes: Tree; readonly no: Tree }
  | { readonly kind: 'and' | 'or'; readonly left: Tree; readonly right: Tree }
  | { readonly kind: 'not' | 'minus'; readonly of: Tree }
  | { readonly kind: 'operator'; readonly operator: Operator; readonly left: Tree; readonly right: Tree };

/** A macro of CEL: `of.all(item, test)`, `of.map(item, test, result)` and so on. */
export interface Loop {
  readonly kind: 'loop';
  readonly macro: LoopName;
  readonly of: Tree;
  readonly item: string;
  readonly test: Tree | undefined;
  readonly result: Tree | undefined;
}

export const loopNames = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;
export type LoopName = (typeof loopNames)[number];

export const operators = ['==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%'] as const;
export type Operator = (typeof operators)[number];

/** The parts of an expression that are expressions themselves. */
export function partsOf(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case 'constant':
    case 'variable':
    case 'item':
      return [];
    case 'field':
    case 'has':
    case 'matches':
    case 'not':
    case 'minus':
      return [tree.of];
    case 'index':
      return [tree.of, tree.key];
    case 'call':
      return tree.args;
    case 'method':
      return [tree.of, ...tree.args];
    case 'loop':
      return [tree.of, tree.test, tree.result].filter((part) => part !== undefined);
    case 'list':
      return tree.items;
    case 'object':
      return tree.entries.flat();
    case 'choice':
      return [tree.condition, tree.yes, tree.no];
    case 'and':
    case 'or':
    case 'operator':
      return [tree.left, tree.right];
    default:
      return tree satisfies never;
  }
}

/** How a person would write what is read: `outputs["build site"].risk`. A value that has no such name is "the value". */
export function nameOf(tree: Tree): string {
  switch (tree.kind) {
    case 'variable':
    case 'item':
      return tree.name;
    case 'field':
      return `${nameOf(tree.of)}${step(tree.key)}`;
    case 'index':
      return tree.key.kind === 'constant'
        ? `${nameOf(tree.of)}[${String(tree.key.value)}]`
        : `an item of ${nameOf(tree.of)}`;
    default:
      return 'the value';
  }
}

function step(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
