import { dirname, join } from 'node:path';
import { isOrchError, systemClock } from '@orch/core/author';
import type { RunEvent, RunSummary, Taking } from '@orch/core/author';
import { makeFolder } from '@orch/core/node';
import { damaged, isSystemError } from './damage.ts';
import { flushFolder, isExisting, namesIn, readFile, removedName, temporaryName, writeNew } from './files.ts';
import type { Files } from './files.ts';
import { hold } from './holding.ts';
import type { Holding } from './holding.ts';
import { chainStart, encodeRecord, hex8, kinds } from './record.ts';
import { epochsOf, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { ownerAt, scanSegment, segmentAt } from './scan-segment.ts';
import type { KnownPlace } from './scan-segment.ts';
import { commitPayload, sealPayload } from './segment.ts';
import { removeSummaryFile, writeSummaryFile } from './summary-file.ts';
import { linkDeletion, ownerBytes } from './taking.ts';

export type First = Taking & { readonly events: readonly RunEvent[]; readonly summary: RunSummary };

/** Makes `.orch` and `.orch/runs`. The folder keeps itself out of version control. */
export function makeStateFolder(files: Files, folder: string): void {
  makeFolder(join(folder, 'runs'), files);
  try {
    files.closeSync(writeNew(files, join(folder, '.gitignore'), Buffer.from('*\n')));
    flushFolder(files, folder);
    flushFolder(files, dirname(folder));
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

/** Makes a run, its first commit included, under another name and renames it: it is there whole or not at all. */
export function createRun(folder: RunFolder, first: First): Holding | undefined {
  const { files, path } = folder;
  for (;;) {
    removeLeftover(folder);
    // Renaming onto a folder that is empty makes the run, too.
    if (namesIn(files, path).length > 0) return undefined;
    const epoch = lastEpoch(folder) + 1;
    const temporary = { ...folder, path: join(dirname(path), temporaryName()) };
    const made = writeRun(temporary, epoch, first);
    try {
      files.renameSync(temporary.path, path);
    } catch (error) {
      files.closeSync(made.fd);
      files.rmSync(temporary.path, { recursive: true, force: true });
      if (isExisting(error)) continue;
      throw error;
    }
    flushFolder(files, dirname(path));
    if (lastEpoch(folder) < epoch) {
      const segment = segmentAt(folder, made.place) ?? scanSegment(folder, epoch);
      const holding = segment === undefined ? undefined : hold(folder, segment, made.fd);
      if (holding !== undefined) holding.summaryAt = systemClock.monotonic();
      return holding;
    }
    // Made and removed by somebody else meanwhile: its epochs count.
    files.closeSync(made.fd);
    linkDeletion(folder, epoch + 1, first);
    moveAway(folder);
  }
}

interface WrittenRun {
  readonly fd: number;
  /** Where its journal ends. Read back, a large definition would be twice in memory. */
  readonly place: KnownPlace;
}

function writeRun(folder: RunFolder, epoch: number, first: First): WrittenRun {
  const { files, run, path } = folder;
  const { events, summary } = first;
  makeFolder(join(path, 'inbox'), files);
  const owner = ownerBytes({ run, epoch, taking: first, kind: kinds.owner });
  const sealAt = { offset: owner.bytes.length, crc: owner.crc };
  const seal = encodeRecord(kinds.seal, sealPayload([], { version: 0, summary }), sealAt);
  const payload = commitPayload({ expectedVersion: 0, fence: { epoch }, events, summary }, summary);
  const commit = encodeRecord(kinds.commit, payload, { offset: sealAt.offset + seal.bytes.length, crc: seal.crc });
  const parts = [owner.bytes, seal.bytes, commit.bytes];
  const fd = writeNew(files, segmentFile(folder, epoch), ...parts);
  try {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const flushed = { epoch, length, version: events.length, crc: hex8(commit.crc), closed: false };
    writeSummaryFile(folder, { summary, flushed }, true);
    return { fd, place: { ...flushed, summary } };
  } catch (error) {
    files.closeSync(fd);
    files.rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** The epoch in which a run was created and the token of that taking. */
export function createdBy(folder: RunFolder): { readonly epoch: number; readonly token: string } | undefined {
  const first = epochsOf(folder)[0];
  const made = first === undefined ? undefined : twinOwner(folder, first);
  return made === undefined ? undefined : { epoch: made.owner.epoch, token: made.owner.token };
}

/**
 * Removes a run. The order matters: the epoch is remembered first, linking the next one decides against a taking, and
 * only then do files go, so that a crash at any point leaves the run whole or removed.
 */
export function deleteRun({ folder, fence, taking }: Holding): boolean {
  rememberEpoch(folder, fence.epoch + 1);
  if (!linkDeletion(folder, fence.epoch + 1, taking)) return false;
  moveAway(folder);
  return true;
}

/** A removal that a crash cut off is finished by whoever makes the run again. */
function removeLeftover(folder: RunFolder): void {
  if (isDeleted(folder)) moveAway(folder);
}

/** Whether the files of a run are to go: its removal was decided, and a crash came before the end of it. */
export function isDeleted(folder: RunFolder): boolean {
  const newest = epochsOf(folder).at(-1);
  return newest !== undefined && twinOwner(folder, newest)?.deleted === true;
}

/** `undefined` also where the folder is that of a run whose id differs in case only. */
function twinOwner(folder: RunFolder, epoch: number): ReturnType<typeof ownerAt> {
  try {
    return ownerAt(folder, epoch);
  } catch (error) {
    if (isOrchError(error, 'ORCH_RUN_UNKNOWN')) return undefined;
    throw error;
  }
}

/** Somebody else may have finished the removal and made the run anew: that one stays. */
export function moveAway(folder: RunFolder): void {
  const { files, path } = folder;
  if (!isDeleted(folder)) return;
  removeSummaryFile(folder);
  const away = join(dirname(path), removedName());
  try {
    files.renameSync(path, away);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return;
    throw error;
  }
  if (isDeleted({ ...folder, path: away })) {
    flushFolder(files, dirname(path));
    files.rmSync(away, { recursive: true, force: true });
  } else files.renameSync(away, path);
}

/** Epochs outlive their run: a holder of a removed one must never fit a later one. */
function epochFile({ path, run }: RunFolder): string {
  return join(dirname(path), '.epochs', run);
}

/** The last one of a removed run; 0: none was removed. */
export function lastEpoch(folder: RunFolder): number {
  const file = epochFile(folder);
  const text = readFile(folder.files, file)?.toString();
  if (text === undefined) return 0;
  const epoch = Number(text.split(' ')[0]);
  if (text === epochText(folder.run, epoch)) return epoch;
  throw damaged({ file, offset: 0, what: `it is not what the removal of run ${folder.run} left`, hint: epochHint });
}

const epochHint =
  'Nothing was changed. It keeps what still runs of a removed run from writing into a new one of the same id: restore it, ' +
  'or remove it once nothing of the removed run is alive.';

/** The checksum is that of the run, too: the file of another one never fits. */
function epochText(run: string, epoch: number): string {
  return `${epoch} ${hex8(chainStart(run, epoch).crc)}\n`;
}

function rememberEpoch(folder: RunFolder, epoch: number): void {
  const { files } = folder;
  const file = epochFile(folder);
  if (makeFolder(dirname(file), files)) flushFolder(files, dirname(dirname(file)));
  const temporary = join(dirname(file), temporaryName());
  files.closeSync(writeNew(files, temporary, Buffer.from(epochText(folder.run, epoch))));
  files.renameSync(temporary, file);
  flushFolder(files, dirname(file));
}
