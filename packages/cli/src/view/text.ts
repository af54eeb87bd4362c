import { stripVTControlCharacters } from 'node:util';

/** Whether the locale says that text is something else than UTF-8; where it says nothing, it is taken for UTF-8. */
function isUnicode({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv = process.env): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((name) => name !== undefined && name !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}

/** Stands for what was cut off. */
export function ellipsis(): string {
  return isUnicode() ? '…' : '...';
}

const plainAscii = /^[\x20-\x7E]*$/;

/** Text that somebody else chose, as one line that cannot move the cursor, change colours or reverse what follows. */
export function harmless(text: string): string {
  // Nearly all text is this, and a live view asks ten times a second.
  return plainAscii.test(text) ? text : withoutControls(text, isUnicode() ? '\uFFFD' : '?');
}

/** The same for a file, which is UTF-8 wherever it is made. */
export function harmlessInFile(text: string): string {
  return plainAscii.test(text) ? text : withoutControls(text, '\uFFFD');
}

// Patterns with properties of Unicode stand in the functions that need them: to read them takes a millisecond, and nearly all
// starts do without.

function withoutControls(text: string, instead: string): string {
  // C0 and C1 controls, the separators that break lines, and what reverses the direction of text.
  const controls = /[\p{Cc}\u061C\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
  // Marks that pile up on one character, over the lines above and below it. No language has so many.
  const towers = /(\p{Mark}{8})\p{Mark}+/gu;
  return stripVTControlCharacters(text)
    .replace(controls, (character) => (character === '\t' ? ' ' : instead))
    .replace(towers, '$1');
}

let segmenter: Intl.Segmenter | undefined;

/** The characters of a text as people see them. Made when it is first needed: that takes longer than all the rest of a start. */
function graphemesOf(text: string): Iterable<{ readonly segment: string }> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

function widthOfGrapheme(grapheme: string): number {
  const zeroWidth = /^[\p{Mark}\p{Cf}]/u;
  if (zeroWidth.test(grapheme)) return 0;
  const halfwidth = /^[\uFF61-\uFFDC]/;
  if (halfwidth.test(grapheme)) return 1;
  const wideScripts =
    /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}]/u;
  const wideSymbols = /^[\u3000-\u303E\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6]|^\p{Emoji_Presentation}|^.\uFE0F/u;
  return wideScripts.test(grapheme) || wideSymbols.test(grapheme) ? 2 : 1;
}

/** Columns that a line takes on a terminal. Escape sequences take none. */
export function displayWidth(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(stripVTControlCharacters(text))) width += widthOfGrapheme(segment);
  return width;
}

/** The beginning of a line that fits into `columns`, and the rest. Without escape sequences. */
export function splitAt(text: string, columns: number): readonly [fits: string, rest: string] {
  let fits = '';
  let width = 0;
  for (const { segment } of graphemesOf(text)) {
    width += widthOfGrapheme(segment);
    if (width > columns) break;
    fits += segment;
  }
  return [fits, text.slice(fits.length)];
}

/** The beginning of a line that fits into `columns`, with an ellipsis where something was cut off. Without escape sequences. */
export function clip(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return '';
  const end = ellipsis().slice(0, columns);
  return `${splitAt(text, columns - end.length)[0]}${end}`;
}

/** Spaces up to `columns`; longer text stays as it is. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

/** A length of time for people: `0.4 s`, `12.3 s`, `2 m 05 s`, `3 h 02 m`, `4 d 01 h`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '0.0 s';
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} m ${two(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** A number of bytes for people: `512 B`, `1.5 kB`, `34.0 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1_000;
  let unit = 0;
  // What would be rounded to 1,000 of a unit is one of the next.
  for (; value >= 999.95 && unit < units.length - 1; unit++) value /= 1_000;
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** Local time of day. */
export function formatTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

/** Local date and time. */
export function formatDateTime(at: number): string {
  const date = new Date(at);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${day.join('-')} ${formatTime(at)}`;
}

/** Local time of day, with the date where it is another day than `now`. */
export function formatMoment(at: number, now: number): string {
  return new Date(at).toDateString() === new Date(now).toDateString() ? formatTime(at) : formatDateTime(at);
}

/** `1 phase`, `2 phases`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

/** A word of a shell command line. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
