import { errorUrl } from '@orch/core/author';
import type { PositionedFinding } from '@orch/plan';
import { textOf } from './find-in-text.ts';
import type { ModuleProblem } from './module-problem.ts';
import type { FilePlace } from './stack-frames.ts';

export interface NamedFile {
  readonly file: string;
  /** As it was named: what is wrong in another file is told by its whole path. */
  readonly path: string;
}

/** What is wrong with a module, as a finding. */
export function placedFinding({ code, message, hint, place }: ModuleProblem, named: NamedFile): PositionedFinding {
  return { code, severity: 'error', message, hint, path: [], url: errorUrl(code), ...placed(place, named) };
}

/** A place as findings have it; without one, the beginning of the file. */
export function placed(
  place: FilePlace | undefined,
  { file, path }: NamedFile,
): Pick<PositionedFinding, 'file' | 'line' | 'column' | 'offset' | 'length'> {
  const { file: at, line, column, length = 1 } = place ?? { file, line: 1, column: 1, length: 0 };
  const lines = textOf(at).split('\n');
  const offset = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, column - 1);
  return { file: at === file ? path : at, line, column, offset, length };
}
