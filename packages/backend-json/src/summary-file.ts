import { join } from 'node:path';
import type { RunSummary } from '@orch/core/author';
import { crc32 } from '@orch/core/node';
import { truncated } from './damage.ts';
import type { DamageError } from './damage.ts';
import { flushFolder, isThere, readFile, removeIfThere, temporaryName, writeAll, writeNew } from './files.ts';
import { hex8 } from './record.ts';
import { segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';

/** A place of the journal that was on stable storage and acknowledged: it is never shorter again. */
export interface Flushed {
  readonly epoch: number;
  readonly length: number;
  readonly version: number;
  readonly crc: string;
  /** Its holder let go there. */
  readonly closed: boolean;
}

/** `run.json`: readable, derived from the journal, and free to be deleted. */
export interface SummaryFile {
  readonly summary: RunSummary;
  readonly flushed: Flushed;
}

/** A journal has less than was acknowledged of it. */
export function shorter(folder: RunFolder, { epoch, length, version }: Flushed, found: number): DamageError {
  const what = `run.json says that ${length} bytes of it (version ${version}) were acknowledged`;
  return truncated({ file: segmentFile(folder, epoch), offset: found, what });
}

function summaryPath(folder: RunFolder): string {
  return join(folder.path, 'run.json');
}

/** `undefined` where it is missing, not as it was written, or another run's: the journal has it all. */
export function readSummaryFile(folder: RunFolder): SummaryFile | undefined {
  const content = summaryContent(readFile(folder.files, summaryPath(folder)));
  if (content === undefined) return undefined;
  const { check, ...body } = content;
  if (body.format !== 1 || check !== checkOf(body) || body.summary.runId !== folder.run) return undefined;
  return { summary: body.summary, flushed: body.flushed };
}

function summaryContent(
  bytes: Buffer | undefined,
): (SummaryFile & { readonly format: 1; readonly check: string }) | undefined {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString()) ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function hasSummaryFile(folder: RunFolder): boolean {
  return isThere(folder.files, summaryPath(folder));
}

/** `durable`: on stable storage before it answers. Either way the old one or the new one is there after a crash of orch. */
export function writeSummaryFile(folder: RunFolder, content: SummaryFile, durable: boolean): void {
  const { files } = folder;
  const body = { format: 1, ...content };
  const bytes = Buffer.from(`${JSON.stringify({ ...body, check: checkOf(body) }, null, 2)}\n`);
  const temporary = join(folder.path, temporaryName());
  try {
    if (durable) files.closeSync(writeNew(files, temporary, bytes));
    else {
      const fd = files.openSync(temporary, 'wx', 0o600);
      try {
        writeAll(files, fd, { bytes, offset: 0 });
      } finally {
        files.closeSync(fd);
      }
    }
    files.renameSync(temporary, summaryPath(folder));
  } catch (error) {
    // On a disk that is nearly full each try would leave one behind.
    removeIfThere(files, temporary);
    throw error;
  }
  if (durable) flushFolder(files, folder.path);
}

export function removeSummaryFile(folder: RunFolder): void {
  removeIfThere(folder.files, summaryPath(folder));
}

function checkOf(body: object): string {
  return hex8(crc32(JSON.stringify(body)));
}
