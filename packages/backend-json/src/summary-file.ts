import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { RunSummary } from '@orch/core/author';
import { flushFolder, readFile, removeIfThere, temporaryName, writeAll, writeNew } from './files.ts';
import { hex8 } from './record.ts';
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

function summaryPath(folder: RunFolder): string {
  return join(folder.path, 'run.json');
}

/** `undefined` where it is missing or not as it was written: the journal has it all. */
export function readSummaryFile(folder: RunFolder): SummaryFile | undefined {
  const bytes = readFile(folder.files, summaryPath(folder));
  if (bytes === undefined) return undefined;
  try {
    const { check, ...body } = JSON.parse(bytes.toString()) as SummaryFile & {
      readonly format: 1;
      readonly check: string;
    };
    return body.format === 1 && check === checkOf(body) ? { summary: body.summary, flushed: body.flushed } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `durable`: on stable storage before it answers. Either way the old one or the new one is there after a crash of orch. */
export function writeSummaryFile(folder: RunFolder, content: SummaryFile, durable: boolean): void {
  const { files } = folder;
  const body = { format: 1, ...content };
  const bytes = Buffer.from(`${JSON.stringify({ ...body, check: checkOf(body) }, null, 2)}\n`);
  const temporary = join(folder.path, temporaryName());
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
  if (durable) flushFolder(files, folder.path);
}

export function removeSummaryFile(folder: RunFolder): void {
  removeIfThere(folder.files, summaryPath(folder));
}

function checkOf(body: object): string {
  return hex8(crc32(JSON.stringify(body)));
}
