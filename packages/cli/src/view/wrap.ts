import { displayWidth, splitAt } from './text.ts';

export interface WrapOptions {
  /** How wide a line may be; absent: as wide as it likes. */
  readonly columns: number | undefined;
  /** What the lines after the first begin with; default: nothing. */
  readonly indent?: string;
}

/** Text in lines that fit, broken between words; a word that is too long for a line is broken where the line ends. */
export function wrap(text: string, { columns, indent = '' }: WrapOptions): string[] {
  if (columns === undefined || displayWidth(text) <= columns) return [text];
  const margin = displayWidth(indent) < columns / 2 ? indent : '';
  const lines: string[] = [];
  let line = '';
  // What the text begins with stays before it.
  for (const [word] of text.matchAll(/^ *\S+| \S*/g)) {
    let rest = line === margin ? word.trimStart() : word;
    if (displayWidth(line + rest) > columns && line !== '' && line !== margin) {
      lines.push(line);
      line = margin;
      rest = word.trimStart();
    }
    while (displayWidth(line + rest) > columns) {
      const [first, after] = splitAt(rest, columns - displayWidth(line));
      if (first === '') break;
      lines.push(line + first);
      line = margin;
      rest = after;
    }
    line += rest;
  }
  return line === margin ? lines : [...lines, line];
}

/** A command line in lines that a shell takes as one; a word that is too long stays whole, for whoever copies it. */
export function wrapCommand(command: string, { columns, indent = '' }: WrapOptions): string[] {
  const whole = `${indent}${command}`;
  if (columns === undefined || displayWidth(whole) <= columns) return [whole];
  const [first = '', ...flags] = command.split(/ (?=--)/);
  const lines = [`${indent}${first}`, ...flags.map((flag) => `${indent}  ${flag}`)];
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}
