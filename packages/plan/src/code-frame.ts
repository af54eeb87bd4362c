import type { Span } from './locate.ts';

export interface FrameOptions extends Span {
  /** The line of the span, and where in it the span begins, from 1. */
  readonly line: number;
  readonly column: number;
  /** Columns of the terminal. */
  readonly width: number;
  /** Puts a colour around the marks under the span. */
  readonly mark: (text: string) => string;
  /** Dims numbers and rulers. */
  readonly dim: (text: string) => string;
}

/** The most columns left of a span when its line has to be clipped. */
const maxLeadIn = 20;

/** Ends of lines are looked for so far: a minified plan is one line of megabytes, and may have thousands of findings. */
const reach = 10_000;

/**
 * The line of a span with the one before and the one after, and marks under the span. Characters that a terminal would
 * act upon are shown as signs, long lines are clipped around the span.
 */
export function codeFrame(text: string, { offset, length, line, column, width, mark, dim }: FrameOptions): string {
  const start = offset - column + 1;
  const end = endOfLine(text, offset);
  const gutter = String(line + 1).length;
  const room = Math.max(10, width - gutter - 5);
  const shown = clip(text, { start, end, offset, length: Math.max(1, Math.min(length, end - offset)) }, room);
  const row = (number: number | string, content: string): string =>
    `${dim(`${String(number).padStart(gutter)} |`)}${content === '' ? '' : ` ${content}`}`;
  const rows = [row(line, shown.content), row('', `${' '.repeat(shown.indent)}${mark('^'.repeat(shown.marks))}`)];
  const before = startOfLine(text, start - 1);
  if (before !== undefined) rows.unshift(row(line - 1, clipEnd(text, before, start - 1, room)));
  const next = text[end] === '\n' ? end + 1 : text.startsWith('\r\n', end) ? end + 2 : text.length;
  if (next < text.length) rows.push(row(line + 1, clipEnd(text, next, endOfLine(text, next), room)));
  return rows.join('\n');
}

/** Where a line begins, of which the end is given; `undefined`: there is none, or it is too long to look. */
function startOfLine(text: string, end: number): number | undefined {
  if (end < 0) return undefined;
  const from = Math.max(0, end - reach);
  const at = text.slice(from, end).lastIndexOf('\n');
  if (at !== -1) return from + at + 1;
  return from === 0 ? 0 : undefined;
}

/** Where a line ends; of one that is too long to look, a place farther than what is shown. */
function endOfLine(text: string, from: number): number {
  const piece = text.slice(from, from + reach);
  const at = piece.indexOf('\n');
  const end = from + (at === -1 ? piece.length : at);
  return end > from && text[end - 1] === '\r' ? end - 1 : end;
}

interface Clipped {
  readonly content: string;
  /** Columns before the marks. */
  readonly indent: number;
  readonly marks: number;
}

function clip(text: string, at: { start: number; end: number } & Span, room: number): Clipped {
  // No more is ever shown than fits: a minified plan is one line of megabytes.
  const far = Math.max(at.start, at.offset - room);
  let before = visible(text.slice(far, at.offset));
  const spot = visible(text.slice(at.offset, Math.min(at.end, at.offset + at.length, at.offset + room)));
  const after = visible(text.slice(at.offset + at.length, Math.min(at.end, at.offset + at.length + room)));
  const leadIn = Math.min(maxLeadIn, Math.floor(room / 2));
  const fits = far === at.start && columns(before) + columns(spot) + columns(after) <= room;
  if (!fits && columns(before) > leadIn) before = `…${lastColumns(before, leadIn - 1)}`;
  else if (far > at.start) before = `…${before}`;
  const indent = columns(before);
  const content = firstColumns(`${before}${spot}${after}`, room, at.end > at.offset + at.length + room);
  return { content, indent, marks: Math.max(1, Math.min(columns(spot), room - indent)) };
}

function clipEnd(text: string, start: number, end: number, room: number): string {
  const stop = end > start && text[end - 1] === '\r' ? end - 1 : end;
  return firstColumns(visible(text.slice(start, Math.min(stop, start + room + 1))), room, stop > start + room + 1);
}

function firstColumns(text: string, room: number, more: boolean): string {
  if (!more && columns(text) <= room) return text;
  let used = 0;
  let kept = '';
  for (const character of text) {
    used += columns(character);
    if (used > room - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

function lastColumns(text: string, room: number): string {
  const characters = Array.from(text);
  let from = characters.length;
  for (let used = 0; from > 0; from--) {
    used += columns(characters[from - 1]!);
    if (used > room) break;
  }
  return characters.slice(from).join('');
}

/** Control characters as their pictures, tabs as arrows, marks that turn text round as a replacement sign. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\t', '→')
    .replaceAll(/\p{Cc}/gu, pictureOf)
    .replaceAll(/[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
}

function pictureOf(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x7f) return '␡';
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
}

/** Columns that a terminal gives to a text; near enough for a caret. */
function columns(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  // Here, and not above: to read patterns with properties of Unicode takes long, and most texts do without.
  const wide =
    /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
  const zeroWidth = /\p{Mn}|\p{Me}|[\u200b-\u200d]/u;
  let width = 0;
  for (const character of text) width += zeroWidth.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}
