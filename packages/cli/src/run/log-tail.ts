import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { harmless } from '../view/text.ts';

/** The end of a file as text; '' where there is no such file. */
function endOf(path: string, maxBytes: number): { readonly text: string; readonly whole: boolean } {
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

const lastLinesBytes = 64 * 1024;
const mostCharacters = 1_000;

/** The last lines of a log, made harmless; of long ones the beginning. */
export function lastLines(path: string, most: number): string[] {
  const { text, whole } = endOf(path, lastLinesBytes);
  const lines = text.split('\n').map(afterCarriageReturns);
  if (lines.at(-1) === '') lines.pop();
  if (!whole && lines.length > 1) lines.shift();
  return lines
    .slice(-most)
    .map(harmless)
    .map((line) => (line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line));
}

const lastLineBytes = 4 * 1024;

/** The last line that says something, made harmless; '' for none. */
export function lastLine(path: string): string {
  const lines = endOf(path, lastLineBytes).text.split('\n').map(afterCarriageReturns).map(harmless);
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? '';
}

/** What a terminal would still show of a line that was written over. */
function afterCarriageReturns(line: string): string {
  return line.split('\r').findLast((part) => part !== '') ?? '';
}
