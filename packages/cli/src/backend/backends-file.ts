import { crc32 } from '@orch/core/node';

// The file is JSON for whoever looks into it. It is read line by line: one that was changed costs no other.

/** What a `backends.json` says. */
export interface BackendsText {
  readonly names: readonly string[];
  /** Lines that are not what orch wrote, of the names of backends. They are kept, and not followed. */
  readonly damaged: readonly DamagedLine[];
  /** The lines of all names as they are. */
  readonly lines: readonly string[];
}

export interface DamagedLine {
  /** In bytes from the start of the file. */
  readonly offset: number;
  /** Counted from 1. */
  readonly line: number;
}

const head = '{\n  "format": 1,\n  "backends": [\n';
const foot = '  ]\n}\n';

/** `undefined`: as a whole it is not what this release writes. `isName`: whether a backend can have this name. */
export function readBackendsText(text: string, isName: (name: string) => boolean): BackendsText | undefined {
  const whole = text.endsWith('\n') ? text : `${text}\n`;
  if (!whole.startsWith(head) || !whole.endsWith(`\n${foot}`)) return undefined;
  const body = whole.slice(head.length, -foot.length);
  const lines = body.split('\n').slice(0, -1);
  const names: string[] = [];
  const damaged: DamagedLine[] = [];
  let offset = head.length;
  for (const [index, line] of lines.entries()) {
    const name = nameIn(line);
    if (name !== undefined && isName(name)) names.push(name);
    else damaged.push({ offset, line: index + 1 + linesOfHead });
    offset += Buffer.byteLength(line) + 1;
  }
  return { names, damaged, lines };
}

const linesOfHead = head.split('\n').length - 1;

/** The text with one more name. */
export function addToBackendsText({ lines }: Pick<BackendsText, 'lines'>, name: string): string {
  const kept = lines.map((line) => line.replace(/,$/, ''));
  return `${head}${[...kept, lineOf(name)].join(',\n')}\n${foot}`;
}

function lineOf(name: string): string {
  return `    ${JSON.stringify({ name, check: checkOf(name) })}`;
}

/** `undefined`: its check value does not fit. */
function nameIn(line: string): string | undefined {
  const [, name, check] = /^ {4}\{"name":("(?:[^"\\]|\\.)*"),"check":"([0-9a-f]{8})"\},?$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  try {
    const read = JSON.parse(name) as string;
    return check === checkOf(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** So that a changed byte of a path is not another path. */
function checkOf(name: string): string {
  return crc32(name).toString(16).padStart(8, '0');
}
