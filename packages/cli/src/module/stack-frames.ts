import { fileURLToPath } from 'node:url';

/** A place in a file, counted from 1 as editors do. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Of what is wrong there; absent: not known. */
  readonly length?: number;
}

/** Below it stands who imported the module: orch. */
const importing = /node:internal\/modules\/esm\/(?:module_job|loader):/;

/** Where a call stood, the innermost first: files only, and none of those that imported the module. */
export function framesOf(thrown: unknown): readonly FilePlace[] {
  const stack = thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : '';
  const frames: FilePlace[] = [];
  for (const line of stack.split('\n')) {
    if (importing.test(line)) break;
    const [, place = '', row = '', column = ''] =
      /^\s+at (?:.*? \()?((?:file:\/\/)?\/.+?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    const file = fileOf(place);
    if (file !== undefined) frames.push({ file, line: Number(row), column: Number(column) });
  }
  return frames;
}

/**
 * Where Node itself says that a text is wrong: such a stack begins with the file, the line and marks under it. Absent where
 * it does not.
 */
export function markedPlaceOf(stack: string): FilePlace | undefined {
  const [head = '', ...rows] = stack.split('\n');
  const [, place = '', line = ''] = /^(.+):(\d+)$/.exec(head) ?? [];
  const file = fileOf(place);
  const marks = rows.slice(0, 4).find((row) => /^\s*\^+\s*$/.test(row));
  if (file === undefined || marks === undefined) return undefined;
  return { file, line: Number(line), column: marks.indexOf('^') + 1, length: marks.trim().length };
}

function fileOf(place: string): string | undefined {
  if (place.startsWith('/')) return place;
  try {
    return place.startsWith('file:') ? fileURLToPath(place) : undefined;
  } catch {
    return undefined;
  }
}
