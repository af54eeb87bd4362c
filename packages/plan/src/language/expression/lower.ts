import type { ASTNode } from '@marcbachmann/cel-js';
import { didYouMean, quote } from '@orch/core/author';
import type { Variable } from '@orch/core/author';
import { compilePattern } from '../pattern.ts';
import { functions, methods, type Callable } from './functions.ts';
import { Problem } from './problem.ts';
import { loopNames, operators, type Loop, type LoopName, type Operator, type Tree } from './tree.ts';

/** Turns the parser's tree into ours. Throws a `Problem` where it names what is not there. */
export function lower(root: ASTNode, variables: readonly Variable[]): Tree {
  return lowerNode(root, { variables, items: [] });
}

interface Names {
  readonly variables: readonly Variable[];
  /** What the loops around call their items. */
  readonly items: readonly string[];
}

function lowerNode(node: ASTNode, names: Names): Tree {
  const sub = (part: ASTNode): Tree => lowerNode(part, names);
  switch (node.op) {
    case 'value':
      return { kind: 'constant', value: constant(node) };
    case 'id':
      return lowerName(node.args, node.start, names);
    case '.':
      return { kind: 'field', of: sub(node.args[0]), key: node.args[1] };
    case '[]':
      return lowerIndex(sub(node.args[0]), sub(node.args[1]));
    case 'call':
      return lowerCall(node, node.args[0], node.args[1].map(sub));
    case 'rcall':
      return lowerMethod(node, node.args, names);
    case 'list':
      return { kind: 'list', items: node.args.map(sub) };
    case 'map':
      return { kind: 'object', entries: node.args.map(([key, value]) => [sub(key), sub(value)] as const) };
    case '?:':
      return { kind: 'choice', condition: sub(node.args[0]), yes: sub(node.args[1]), no: sub(node.args[2]) };
    case '||':
    case '&&':
      return { kind: node.op === '||' ? 'or' : 'and', left: sub(node.args[0]), right: sub(node.args[1]) };
    case '!_':
    case '-_':
      return { kind: node.op === '!_' ? 'not' : 'minus', of: sub(node.args) };
    case '.?':
    case '[?]':
      throw new Problem('Optional access is not supported: ask has() first', node.start);
    default:
      return { kind: 'operator', operator: operator(node.op), left: sub(node.args[0]), right: sub(node.args[1]) };
  }
}

function operator(op: string): Operator {
  return operators.find((known) => known === op)!;
}

function constant(node: ASTNode & { readonly op: 'value' }): string | number | boolean | null {
  const value: unknown = node.args;
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  if (typeof value !== 'bigint')
    throw new Problem('Bytes and unsigned numbers are not supported: write "text" and 1', node.start);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new Problem('A whole number is at most 2^53 - 1 here, as in all of a plan', node.start);
  return Number(value);
}

function lowerName(name: string, at: number, names: Names): Tree {
  if (names.items.includes(name)) return { kind: 'item', name };
  if (names.variables.some((variable) => variable === name)) return { kind: 'variable', name };
  const allowed = [...names.variables, ...names.items];
  const guess = didYouMean(name, allowed);
  const known = allowed.length === 0 ? 'no names' : allowed.join(', ');
  const hint = guess === undefined ? `an expression reads ${known} here` : `did you mean ${guess}?`;
  throw new Problem(`There is no ${quote(name)}: ${hint}`, at);
}

/** `outputs["build site"]` and `outputs.build` are the same. */
function lowerIndex(of: Tree, key: Tree): Tree {
  return key.kind === 'constant' && typeof key.value === 'string'
    ? { kind: 'field', of, key: key.value }
    : { kind: 'index', of, key };
}

function lowerCall(node: ASTNode, name: string, args: readonly Tree[]): Tree {
  if (name === 'has') return lowerHas(node, args);
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found === undefined) throw unknown('function', name, ['has', ...Object.keys(functions)], node.start);
  count(name, found, args, node.start);
  return { kind: 'call', name, args };
}

function lowerHas(node: ASTNode, [of, ...more]: readonly Tree[]): Tree {
  const readable = of !== undefined && (of.kind === 'field' || of.kind === 'index' || of.kind === 'variable');
  if (!readable || more.length > 0)
    throw new Problem('has() is asked about something that is read, as in has(outputs.build.version)', node.start);
  return { kind: 'has', of };
}

function lowerMethod(node: ASTNode, [name, receiver, args]: [string, ASTNode, ASTNode[]], names: Names): Tree {
  const macro = loopNames.find((known) => known === name);
  if (macro !== undefined) return lowerLoop(node, macro, receiver, args, names);
  const found = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (found === undefined && name !== 'matches')
    throw unknown(
      'function',
      `.${name}`,
      [...loopNames, 'matches', ...Object.keys(methods)].map((it) => `.${it}`),
      node.start,
    );
  const of = lowerNode(receiver, names);
  const lowered = args.map((arg) => lowerNode(arg, names));
  if (found === undefined) return { kind: 'matches', of, pattern: pattern(node, lowered) };
  count(`.${name}`, found, lowered, node.start);
  return { kind: 'method', name, of, args: lowered };
}

/** A constant, so that what is wrong with it is found before anything starts. */
function pattern(node: ASTNode, args: readonly Tree[]): RegExp {
  const [arg] = args;
  if (args.length !== 1 || arg?.kind !== 'constant' || typeof arg.value !== 'string')
    throw new Problem('.matches() takes one pattern in quotes', node.start);
  const compiled = compilePattern(arg.value);
  if (compiled === undefined) throw new Problem(`${quote(arg.value)} is no regular expression`, node.start);
  return compiled;
}

function lowerLoop(node: ASTNode, macro: LoopName, receiver: ASTNode, args: ASTNode[], names: Names): Loop {
  const [item, first, second] = args;
  const right = args.length === 2 || (macro === 'map' && args.length === 3);
  if (!right || item?.op !== 'id' || first === undefined)
    throw new Problem(
      `.${macro}() takes the name of an item and an expression, as in .${macro}(item, item > 0)`,
      node.start,
    );
  const inner = { ...names, items: [...names.items, item.args] };
  const lowered = lowerNode(first, inner);
  const result = second === undefined ? undefined : lowerNode(second, inner);
  const mapsAll = macro === 'map' && result === undefined;
  return {
    kind: 'loop',
    macro,
    of: lowerNode(receiver, names),
    item: item.args,
    test: mapsAll ? undefined : lowered,
    result: mapsAll ? lowered : result,
  };
}

function unknown(what: string, name: string, known: readonly string[], at: number): Problem {
  const guess = didYouMean(name, known);
  const hint = guess === undefined ? `there are ${known.join(', ')}` : `did you mean ${guess}()?`;
  return new Problem(`There is no ${what} ${quote(name)}: ${hint}`, at);
}

function count(name: string, { takes }: Callable, args: readonly Tree[], at: number): void {
  const [least, most = least] = takes;
  if (args.length >= least && args.length <= most) return;
  const wanted = least === most ? `${least}` : `${least} or ${most}`;
  throw new Problem(`${name}() takes ${wanted === '1' ? 'one value' : `${wanted} values`}, not ${args.length}`, at);
}
