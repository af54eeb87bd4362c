import { dictionary, didYouMean, quote } from '@orch/core/author';
import type { ExpressionScope, Variable } from '@orch/core/author';
import { span } from './conversions.ts';
import { functions, methods } from './functions.ts';
import { operate } from './operate.ts';
import { Unanswerable } from './problem.ts';
import { nameOf, type Loop, type Tree } from './tree.ts';
import { Span, isList, isObject, keysOf, sayKind, type Budget, type Value, type Values } from './values.ts';

/** What the parts of an expression are evaluated with. */
export interface Surroundings {
  readonly scope: ExpressionScope;
  readonly budget: Budget;
  /** The items of the loops around, the innermost first. */
  readonly items?: Items | undefined;
}

interface Items {
  readonly name: string;
  readonly value: Value;
  readonly outer: Items | undefined;
}

/** What an expression is worth. Throws `Unanswerable` or `TooMuch`. */
export function evaluate(tree: Tree, around: Surroundings): Value {
  around.budget.spend(1);
  const sub = (part: Tree): Value => evaluate(part, around);
  switch (tree.kind) {
    case 'constant':
      return tree.value;
    case 'variable':
    case 'item':
    case 'field':
    case 'index':
      return read(tree, around);
    case 'has':
      return find(tree.of, around) !== undefined;
    case 'call':
      return functions[tree.name]!.call(tree.args.map(sub), around.budget);
    case 'method':
      return methods[tree.name]!.call([sub(tree.of), ...tree.args.map(sub)], around.budget);
    case 'matches':
      return matches(sub(tree.of), tree.pattern, around.budget);
    case 'loop':
      return loop(tree, around);
    case 'list':
      return tree.items.map(sub);
    case 'object':
      return dictionary(tree.entries.map(([key, value]) => [keyFrom(sub(key)), sub(value)] as const));
    case 'choice':
      return boolean(sub(tree.condition), 'The condition before ?') ? sub(tree.yes) : sub(tree.no);
    case 'and':
      return logic(tree, false, around);
    case 'or':
      return logic(tree, true, around);
    case 'not':
      return !boolean(sub(tree.of), 'What stands behind !');
    case 'minus':
      return negative(sub(tree.of));
    case 'operator':
      return operate(tree.operator, sub(tree.left), sub(tree.right), around.budget);
    default:
      return tree satisfies never;
  }
}

type Readable = Extract<Tree, { readonly kind: 'variable' | 'item' | 'field' | 'index' }>;

function read(tree: Readable, around: Surroundings): Value {
  if (tree.kind === 'item') return itemOf(tree.name, around.items);
  if (tree.kind === 'variable') {
    const value = around.scope[tree.name as Variable];
    if (value === undefined) throw new Unanswerable(`There is no ${tree.name}`);
    return value;
  }
  const of = evaluate(tree.of, around);
  const key = tree.kind === 'field' ? tree.key : evaluate(tree.key, around);
  const found = lookUp(of, key);
  if (found === undefined) throw missing(tree, of, key, around.budget);
  return found;
}

function itemOf(name: string, items: Items | undefined): Value {
  let from = items;
  while (from !== undefined && from.name !== name) from = from.outer;
  return from!.value;
}

function lookUp(of: Value, key: Value): Value | undefined {
  if (typeof key === 'string') return isObject(of) && Object.hasOwn(of, key) ? of[key] : undefined;
  return typeof key === 'number' && isList(of) ? of[key] : undefined;
}

/** For `has()`: nothing where any step of the way is missing. */
function find(tree: Tree, around: Surroundings): Value | undefined {
  if (tree.kind === 'variable') return around.scope[tree.name as Variable];
  if (tree.kind !== 'field' && tree.kind !== 'index') return evaluate(tree, around);
  around.budget.spend(1);
  const of = find(tree.of, around);
  const key = tree.kind === 'field' ? tree.key : evaluate(tree.key, around);
  return of === undefined ? undefined : lookUp(of, key);
}

function missing(tree: Tree & { readonly of: Tree }, of: Value, key: Value, budget: Budget): Unanswerable {
  const [whole, outer] = [nameOf(tree), nameOf(tree.of)];
  if (isList(of) && typeof key === 'number') {
    const there = of.length === 1 ? 'one item' : of.length === 0 ? 'no items' : `${of.length} items`;
    return new Unanswerable(`${whole} is missing: ${outer} has ${there}, and the first is at 0`);
  }
  if (isList(of)) return new Unanswerable(`${outer} is a list: its items are read by number, as in ${outer}[0]`);
  if (!isObject(of)) return new Unanswerable(`${whole} is missing: ${outer} is ${sayKind(of)}`);
  if (typeof key !== 'string')
    return new Unanswerable(`The keys of ${outer} are texts, and it is read by ${sayKind(key)}`);
  // A key that was computed is a value, and may be a secret.
  const written = tree.kind === 'field' ? key : undefined;
  return new Unanswerable(`${whole} is missing: ${whatIsThere(outer, of, written, budget)}`);
}

function whatIsThere(outer: string, of: Values, key: string | undefined, budget: Budget): string {
  const keys = keysOf(of);
  budget.spend(keys.length + Math.min(keys.length, mostCompared) * (key ?? '').length);
  const guess = key === undefined ? undefined : didYouMean(key, keys.slice(0, mostCompared));
  if (guess !== undefined) return `did you mean ${quote(guess)}?`;
  if (keys.length === 0) return `${outer} is empty`;
  const more = keys.length > mostNamed ? ` and ${keys.length - mostNamed} more` : '';
  return `${outer} has ${keys
    .slice(0, mostNamed)
    .map((it) => quote(it, 40))
    .join(', ')}${more}`;
}

const mostNamed = 8;
const mostCompared = 1_000;

/** One side may decide alone, in CEL even where the other can't be answered. */
function logic(tree: { readonly left: Tree; readonly right: Tree }, decides: boolean, around: Surroundings): boolean {
  const what = `What stands beside ${decides ? '||' : '&&'}`;
  let unanswered: Unanswerable | undefined;
  try {
    if (boolean(evaluate(tree.left, around), what) === decides) return decides;
  } catch (error) {
    unanswered = passOver(error, around.budget);
  }
  const right = boolean(evaluate(tree.right, around), what);
  if (unanswered !== undefined && right !== decides) throw unanswered;
  return right;
}

function loop(tree: Loop, around: Surroundings): Value {
  const of = evaluate(tree.of, around);
  const list = isObject(of) ? keysOf(of) : isList(of) ? of : undefined;
  if (list === undefined)
    throw new Unanswerable(`.${tree.macro}() is for lists and objects, and ${nameOf(tree.of)} is ${sayKind(of)}`);
  around.budget.spend(list.length);
  const inside = (value: Value): Surroundings => ({
    ...around,
    items: { name: tree.item, value, outer: around.items },
  });
  const holds = (item: Value): boolean =>
    tree.test === undefined || boolean(evaluate(tree.test, inside(item)), `What .${tree.macro}() asks of each item`);
  switch (tree.macro) {
    case 'all':
      return decide(list, holds, false, around.budget);
    case 'exists':
      return decide(list, holds, true, around.budget);
    case 'exists_one':
      return list.filter(holds).length === 1;
    case 'filter':
      return list.filter(holds);
    case 'map':
      return list.filter(holds).map((item) => evaluate(tree.result!, inside(item)));
    default:
      return tree.macro satisfies never;
  }
}

/** As with `||` and `&&`, an item may decide though another one can't be answered for. */
function decide(list: readonly Value[], holds: (item: Value) => boolean, decides: boolean, budget: Budget): boolean {
  let unanswered: Unanswerable | undefined;
  for (const item of list)
    try {
      if (holds(item) === decides) return decides;
    } catch (error) {
      const passed = passOver(error, budget);
      unanswered ??= passed;
    }
  if (unanswered !== undefined) throw unanswered;
  return !decides;
}

/** To make an error and its message takes as long as many steps. */
function passOver(error: unknown, budget: Budget): Unanswerable {
  if (!(error instanceof Unanswerable)) throw error;
  budget.spend(200);
  return error;
}

function matches(value: Value, pattern: RegExp, budget: Budget): boolean {
  if (typeof value !== 'string') throw new Unanswerable(`.matches() is for texts, not for ${sayKind(value)}`);
  budget.spendText(value.length);
  return pattern.test(value);
}

function keyFrom(value: Value): string {
  if (typeof value === 'string') return value;
  throw new Unanswerable(`The keys of an object are texts, not ${sayKind(value)}`);
}

function boolean(value: Value, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new Unanswerable(`${what} must be true or false, not ${sayKind(value)}`);
}

function negative(value: Value): Value {
  if (typeof value === 'number') return value === 0 ? 0 : -value;
  if (value instanceof Span) return span(-value.ms);
  throw new Unanswerable(`A minus stands before numbers and durations, not before ${sayKind(value)}`);
}
