import { span, time } from './conversions.ts';
import { Unanswerable } from './problem.ts';
import type { Operator } from './tree.ts';
import { Span, isList, isObject, kindOf, same, sayKind, type Budget, type Value } from './values.ts';

/** What an operator makes of two values. There is one kind of number, as in JSON: `7 / 2` is 3.5. */
export function operate(operator: Operator, left: Value, right: Value, budget: Budget): Value {
  switch (operator) {
    case '==':
    case '!=':
      return equal(operator, left, right, budget) === (operator === '==');
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    case 'in':
      return isIn(left, right, budget);
    default:
      return calculate(operator, left, right, budget);
  }
}

/** Only null is compared with everything: a number is never "the same as" a text, and an author who asks is mistaken. */
function equal(operator: string, left: Value, right: Value, budget: Budget): boolean {
  if (left !== null && right !== null && kindOf(left) !== kindOf(right)) throw misfit(operator, left, right);
  return same(left, right, budget);
}

function compare(operator: '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean {
  const order = orderOf(left, right);
  if (order === undefined) throw misfit(operator, left, right);
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function orderOf(left: Value, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left < right ? -1 : Number(left > right);
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  if (left instanceof Date && right instanceof Date) return left.getTime() - right.getTime();
  return left instanceof Span && right instanceof Span ? left.ms - right.ms : undefined;
}

function isIn(value: Value, among: Value, budget: Budget): boolean {
  if (isList(among)) return among.some((item) => same(value, item, budget));
  if (isObject(among) && typeof value === 'string') return Object.hasOwn(among, value) && among[value] !== undefined;
  if (isObject(among)) throw new Unanswerable(`The keys of an object are texts: ${sayKind(value)} can't be in it`);
  const hint = typeof among === 'string' ? ': a part of a text is found by .contains()' : '';
  throw new Unanswerable(`"in" looks into lists and objects, not into ${sayKind(among)}${hint}`);
}

function calculate(operator: '+' | '-' | '*' | '/' | '%', left: Value, right: Value, budget: Budget): Value {
  if (typeof left === 'number' && typeof right === 'number') return arithmetic(operator, left, right);
  const made = operator === '+' ? add(left, right, budget) : operator === '-' ? subtract(left, right) : undefined;
  if (made === undefined) throw misfit(operator, left, right);
  return made;
}

function arithmetic(operator: '+' | '-' | '*' | '/' | '%', left: number, right: number): number {
  if (right === 0 && (operator === '/' || operator === '%')) throw new Unanswerable('A number is divided by zero');
  const made = {
    '+': () => left + right,
    '-': () => left - right,
    '*': () => left * right,
    '/': () => left / right,
    '%': () => left % right,
  }[operator]();
  if (!Number.isFinite(made)) throw new Unanswerable('A number becomes too large');
  // JSON has no -0, and text made of it would show it.
  return made === 0 ? 0 : made;
}

function add(left: Value, right: Value, budget: Budget): Value | undefined {
  if (typeof left === 'string' && typeof right === 'string') {
    budget.spendText(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    budget.spend(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Date && right instanceof Span) return time(left.getTime() + right.ms);
  if (left instanceof Span && right instanceof Date) return time(right.getTime() + left.ms);
  return left instanceof Span && right instanceof Span ? span(left.ms + right.ms) : undefined;
}

function subtract(left: Value, right: Value): Value | undefined {
  if (left instanceof Date && right instanceof Date) return span(left.getTime() - right.getTime());
  if (left instanceof Date && right instanceof Span) return time(left.getTime() - right.ms);
  return left instanceof Span && right instanceof Span ? span(left.ms - right.ms) : undefined;
}

function misfit(operator: string, left: Value, right: Value): Unanswerable {
  const texts = operator === '+' && (typeof left === 'string' || typeof right === 'string');
  const hint = texts ? ': string() makes a text of a number' : '';
  return new Unanswerable(`"${operator}" does not go between ${sayKind(left)} and ${sayKind(right)}${hint}`);
}
