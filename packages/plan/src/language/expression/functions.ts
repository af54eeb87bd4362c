import { durationFrom, numberFrom, timeFrom, wholeFrom } from './conversions.ts';
import { Unanswerable } from './problem.ts';
import {
  Span,
  isList,
  isObject,
  keysOf,
  kindOf,
  sayKind,
  spanText,
  timeText,
  type Budget,
  type Value,
} from './values.ts';

/** A function or method of expressions. */
export interface Callable {
  /** How many values it takes, a method without the one that it is called on: at least, at most. */
  readonly takes: readonly [least: number, most?: number];
  readonly call: (values: readonly Value[], budget: Budget) => Value;
}

export const functions: Readonly<Record<string, Callable>> = {
  size: { takes: [1], call: ([value], budget) => sizeOf(value!, budget) },
  string: { takes: [1], call: ([value]) => textFrom(value!) },
  int: { takes: [1], call: ([value]) => wholeFrom(value!) },
  double: { takes: [1], call: ([value]) => numberFrom(value!) },
  bool: { takes: [1], call: ([value]) => booleanFrom(value!) },
  timestamp: { takes: [1], call: ([value]) => timeFrom(value!) },
  duration: { takes: [1], call: ([value]) => durationFrom(value!) },
};

export const methods: Readonly<Record<string, Callable>> = {
  size: { takes: [0], call: ([value], budget) => sizeOf(value!, budget) },
  contains: onTexts('contains', (text, part) => text.includes(part)),
  startsWith: {
    takes: [1],
    call: ([text, part]) => textIn('startsWith', text!).startsWith(textIn('startsWith', part!)),
  },
  endsWith: { takes: [1], call: ([text, part]) => textIn('endsWith', text!).endsWith(textIn('endsWith', part!)) },
  trim: onText('trim', (text) => text.trim()),
  lowerAscii: onText('lowerAscii', (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())),
  upperAscii: onText('upperAscii', (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())),
  indexOf: onTexts('indexOf', (text, part) => lettersBefore(text, text.indexOf(part))),
  lastIndexOf: onTexts('lastIndexOf', (text, part) => lettersBefore(text, text.lastIndexOf(part))),
  split: onTexts('split', (text, by) => text.split(by)),
  substring: { takes: [1, 2], call: substring },
  join: { takes: [0, 1], call: join },
  ...timeParts(),
};

function onText(name: string, call: (text: string) => Value): Callable {
  return {
    takes: [0],
    call: ([value], budget) => {
      const text = textIn(name, value!);
      budget.spendText(text.length);
      return call(text);
    },
  };
}

function onTexts(name: string, call: (text: string, other: string) => Value): Callable {
  return {
    takes: [1],
    call: ([value, argument], budget) => {
      const [text, other] = [textIn(name, value!), textIn(name, argument!)];
      // A search may compare all of the other text at each place.
      budget.spendText(text.length * (1 + other.length / 64));
      const made = call(text, other);
      if (isList(made)) budget.spend(made.length);
      return made;
    },
  };
}

function textIn(name: string, value: Value): string {
  if (typeof value === 'string') return value;
  throw new Unanswerable(`.${name}() is for texts, not for ${sayKind(value)}`);
}

function sizeOf(value: Value, budget: Budget): number {
  if (typeof value === 'string') {
    budget.spend(value.length);
    return letters(value).length;
  }
  if (isList(value)) return value.length;
  if (!isObject(value)) throw new Unanswerable(`size() is for texts, lists and objects, not for ${sayKind(value)}`);
  const keys = keysOf(value);
  budget.spend(keys.length);
  return keys.length;
}

/** The letters of a text, as Unicode counts them. Most texts are their own. */
function letters(text: string): string | readonly string[] {
  return /[\ud800-\udbff]/.test(text) ? Array.from(text) : text;
}

function lettersBefore(text: string, unit: number): number {
  return unit < 0 ? -1 : letters(text.slice(0, unit)).length;
}

function substring([value, from, to]: readonly Value[], budget: Budget): Value {
  const all = letters(textIn('substring', value!));
  const end = to === undefined ? all.length : to;
  if (!isPlace(from) || !isPlace(end) || from > end || end > all.length)
    throw new Unanswerable(
      `.substring() takes whole numbers between 0 and the size of the text, which is ${all.length}`,
    );
  budget.spend(all.length);
  return typeof all === 'string' ? all.slice(from, end) : all.slice(from, end).join('');
}

function isPlace(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function join([list, by = '']: readonly Value[], budget: Budget): Value {
  if (!isList(list!)) throw new Unanswerable(`.join() is for lists, not for ${sayKind(list!)}`);
  const between = textIn('join', by);
  const texts = list.map((item) => {
    if (typeof item !== 'string')
      throw new Unanswerable(`.join() is for lists of texts, and this one holds ${sayKind(item)}`);
    budget.spend(1);
    budget.spendText(item.length + between.length);
    return item;
  });
  return texts.join(between);
}

function textFrom(value: Value): string {
  if (value instanceof Date) return timeText(value);
  if (value instanceof Span) return spanText(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Unanswerable(`string() makes no text of ${sayKind(value)}`);
}

function booleanFrom(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new Unanswerable(
    kindOf(value) === 'text'
      ? 'bool() reads "true" and "false" only'
      : `bool() is for texts, not for ${sayKind(value)}`,
  );
}

/** `t.getHours()` and so on: of a point in time in UTC, of a length of time in whole units. */
function timeParts(): Record<string, Callable> {
  const ofTime: Readonly<Record<string, (time: Date) => number>> = {
    getFullYear: (time) => time.getUTCFullYear(),
    getMonth: (time) => time.getUTCMonth(),
    getDayOfMonth: (time) => time.getUTCDate() - 1,
    getDate: (time) => time.getUTCDate(),
    getDayOfWeek: (time) => time.getUTCDay(),
    getHours: (time) => time.getUTCHours(),
    getMinutes: (time) => time.getUTCMinutes(),
    getSeconds: (time) => time.getUTCSeconds(),
    getMilliseconds: (time) => time.getUTCMilliseconds(),
  };
  const ofSpan: Readonly<Record<string, number>> = {
    getHours: 3_600_000,
    getMinutes: 60_000,
    getSeconds: 1_000,
    getMilliseconds: 1,
  };
  const made: Record<string, Callable> = {};
  for (const [name, read] of Object.entries(ofTime))
    made[name] = {
      takes: [0],
      call: ([value]) => {
        const unit = ofSpan[name];
        if (value instanceof Date) return read(value);
        if (value instanceof Span && unit !== undefined) return Math.trunc(value.ms / unit);
        throw new Unanswerable(`.${name}() is for times, not for ${sayKind(value!)}: write timestamp(…).${name}()`);
      },
    };
  return made;
}
