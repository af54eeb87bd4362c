import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { ellipsis, harmless } from '../view/text.ts';

/** The end of a file as text; '' where there is no such file. */
export function endOfLog(path: string, maxBytes: number): { readonly text: string; readonly whole: boolean } {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return { text: '', whole: true };
  }
  try {
    const { size } = fstatSync(file);
    const start = Math.max(0, size - maxBytes);
    const bytes = Buffer.alloc(Math.min(size, maxBytes));
    const read = readSync(file, bytes, 0, bytes.length, start);
    return { text: bytes.toString('utf8', 0, read), whole: start === 0 };
  } finally {
    closeSync(file);
  }
}

export interface LogEnd {
  /** Made harmless, as a terminal would show them. */
  readonly lines: readonly string[];
  /** Of the whole log. */
  readonly bytes: number;
  readonly whole: boolean;
}

/** The end of a log in whole lines; `undefined` where there is no such file. */
export function lastPart(path: string, maxBytes: number): LogEnd | undefined {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size;
  if (bytes === undefined) return undefined;
  const { text, whole } = endOfLog(path, maxBytes);
  return { lines: wholeLines(text, whole).map(asShown), bytes, whole };
}

function wholeLines(text: string, whole: boolean): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  if (!whole && lines.length > 1) lines.shift();
  return lines;
}

const lastLinesBytes = 64 * 1024;
const mostCharacters = 1_000;

/** The last lines of a log, made harmless; of long ones the beginning. */
export function lastLines(path: string, most: number): string[] {
  const { text, whole } = endOfLog(path, lastLinesBytes);
  return wholeLines(text, whole)
    .slice(-most)
    .map(asShown)
    .map((line) => (line.length > mostCharacters ? `${line.slice(0, mostCharacters)}${ellipsis()}` : line));
}

const lastLineBytes = 4 * 1024;

/** The last line that says something, made harmless; '' for none. */
export function lastLine(path: string): string {
  const lines = endOfLog(path, lastLineBytes).text.split('\n');
  for (let line = lines.pop(); line !== undefined; line = lines.pop()) {
    const shown = asShown(line).trim();
    if (shown !== '') return shown;
  }
  return '';
}

interface KnownLine {
  /** Of the file when it was read. */
  readonly state: string;
  readonly line: string;
}

/** The last lines of logs that grow: each is read again only once it has changed. */
export class LastLines {
  #known = new Map<string, KnownLine>();
  #before = new Map<string, KnownLine>();

  of(path: string): string {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return '';
    const state = `${status.size} ${status.mtimeMs}`;
    const before = this.#known.get(path) ?? this.#before.get(path);
    const known = before?.state === state ? before : { state, line: lastLine(path) };
    this.#known.set(path, known);
    return known.line;
  }

  /** Forgets those that were not asked for since it was called before. */
  forget(): void {
    this.#before = this.#known;
    this.#known = new Map();
  }
}

/** What a terminal would still show of a line that was written over, made harmless. */
function asShown(line: string): string {
  const plain = stripVTControlCharacters(line);
  const parts = (plain.includes('\b') ? steppedBack(plain) : plain).split('\r');
  return harmless(parts.findLast((part) => part.trim() !== '') ?? '');
}

/** A spinner steps back over what it drew. */
function steppedBack(line: string): string {
  const kept: string[] = [];
  for (const character of line) {
    if (character === '\b') kept.pop();
    else kept.push(character);
  }
  return kept.join('');
}
