import { readFileSync } from 'node:fs';
import type { FilePlace } from './stack-frames.ts';

const texts = new Map<string, string>();

/** The text of a file, read once, or nothing: what is wrong is told all the same. */
export function textOf(file: string): string {
  let text = texts.get(file);
  if (text === undefined) texts.set(file, (text = read(file)));
  return text;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

export interface ImportStatement {
  readonly specifier: string;
  readonly place: FilePlace;
}

/** What a file imports by name, as far as its text says so. */
export function importsIn(file: string): readonly ImportStatement[] {
  const text = textOf(file);
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*(['"])([^'"\n]+)\1/g)].map((match) => {
    const [statement, , specifier = ''] = match;
    const offset = match.index + statement.lastIndexOf(specifier) - 1;
    return { specifier, place: { file, ...positionAt(text, offset), length: specifier.length + 2 } };
  });
}

/** Where a text stands for the first time. */
export function placeOf(file: string, pattern: RegExp): FilePlace | undefined {
  const text = textOf(file);
  const match = pattern.exec(text);
  return match === null ? undefined : { file, ...positionAt(text, match.index), length: match[0].length };
}

/** Where a module says what it exports by default. */
export function defaultExportIn(file: string): FilePlace | undefined {
  const forms = [/(?<=^[ \t]*)export default\b/m, /\bas default\b/, /\bmodule\.exports\b/];
  return forms.map((form) => placeOf(file, form)).find((place) => place !== undefined);
}

function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
