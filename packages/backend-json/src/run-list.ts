import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isOrchError, runIdPattern, unknownRun } from '@orch/core/author';
import type { RunFilter, RunPage, RunSummary, UnreadableRun } from '@orch/core/author';
import { asUnavailable, isDamage } from './damage.ts';
import { namesIn, openIfThere, readBetween } from './files.ts';
import type { Files } from './files.ts';
import { commitsAfter, readHistory } from './history.ts';
import type { Memory } from './history.ts';
import { kinds, walk } from './record.ts';
import { hasSegment, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { scanSegment } from './scan-segment.ts';
import { stateAfter, summaryAfter } from './segment.ts';
import { readSummaryFile } from './summary-file.ts';
import type { SummaryFile } from './summary-file.ts';

/** Runs looked at before the event loop gets its turn. */
const runsPerTurn = 100;

/** Newest first, then by id. The cursor names the last run of its page, so runs that come and go do not shift the next. */
export async function listRuns(
  files: Files,
  folder: string,
  { filter, cursor, pageSize = 1000 }: Page,
): Promise<RunPage> {
  const found: RunSummary[] = [];
  const unreadable: UnreadableRun[] = [];
  const runs = namesIn(files, folder).filter((name) => runIdPattern.test(name));
  for (const [index, run] of runs.entries()) {
    if (index % runsPerTurn === runsPerTurn - 1) await nextTurn();
    const summary = await listedSummary({ files, run, path: join(folder, run) });
    if (summary === undefined) continue;
    if ('error' in summary) unreadable.push(summary);
    else if (fits(summary, filter)) found.push(summary);
  }
  found.sort(newestFirst);
  const last = cursor === undefined ? undefined : readCursor(cursor);
  const rest = last === undefined ? found : found.filter((summary) => newestFirst(summary, last) > 0);
  const page = rest.slice(0, pageSize);
  const end = page.at(-1);
  return {
    runs: page,
    ...(rest.length > page.length && end !== undefined ? { cursor: JSON.stringify([end.createdAt, end.runId]) } : {}),
    ...(unreadable.length > 0 && cursor === undefined ? { unreadable } : {}),
  };
}

export interface Page {
  readonly filter: RunFilter;
  readonly cursor: string | undefined;
  readonly pageSize?: number;
}

type Position = Pick<RunSummary, 'createdAt' | 'runId'>;

function readCursor(cursor: string): Position {
  const [createdAt, runId] = JSON.parse(cursor) as [number, string];
  return { createdAt, runId };
}

function newestFirst(one: Position, other: Position): number {
  if (one.createdAt !== other.createdAt) return other.createdAt - one.createdAt;
  return one.runId < other.runId ? -1 : one.runId > other.runId ? 1 : 0;
}

function fits(summary: RunSummary, { workflow, status }: RunFilter): boolean {
  return (
    (workflow === undefined || summary.workflow === workflow) && (status === undefined || summary.status === status)
  );
}

/** A journal that is damaged is refused by whoever reads it; the list shows what `run.json` knows. */
async function listedSummary(folder: RunFolder): Promise<RunSummary | UnreadableRun | undefined> {
  try {
    return await currentSummary(folder, {});
  } catch (thrown) {
    const error = asUnavailable(thrown);
    if (isOrchError(error, 'ORCH_RUN_UNKNOWN')) return undefined;
    if (!isOrchError(error)) throw error;
    return readSummaryFile(folder)?.summary ?? { runId: folder.run, error };
  }
}

/** What `run.json` says, and what was appended since. Rejects with `ORCH_RUN_UNKNOWN`. */
export async function currentSummary(folder: RunFolder, memory: Memory): Promise<RunSummary> {
  const known = readSummaryFile(folder);
  try {
    const summary = known === undefined ? undefined : brought(folder, known);
    if (summary !== undefined) return summary;
  } catch (error) {
    // Perhaps half of a record was there yet: those who read the history look again.
    if (!isDamage(error)) throw error;
  }
  return derived(folder, memory);
}

/** `undefined`: a newer epoch was taken since. */
function brought(folder: RunFolder, { summary, flushed }: SummaryFile): RunSummary | undefined {
  const { files } = folder;
  const file = segmentFile(folder, flushed.epoch);
  const fd = openIfThere(files, file);
  if (fd === undefined) return undefined;
  try {
    const { size } = files.fstatSync(fd);
    if (size < flushed.length) return undefined;
    let current = summary;
    if (size > flushed.length) {
      // Beyond the seal of a newer epoch anything may stand.
      if (hasSegment(folder, flushed.epoch + 1)) return undefined;
      const from = { offset: flushed.length, crc: Number.parseInt(flushed.crc, 16) };
      const bytes = readBetween(files, fd, { from: from.offset, to: size });
      let newest: string | undefined;
      walk({ file, from, bytes }, (record) => {
        if (record.kind === kinds.commit) newest = record.payload();
      });
      if (newest !== undefined) current = stateAfter(newest, summary).summary;
    }
    // After reading: what was there before the next epoch was taken stands.
    return hasSegment(folder, flushed.epoch + 1) ? undefined : current;
  } finally {
    files.closeSync(fd);
  }
}

async function derived(folder: RunFolder, memory: Memory): Promise<RunSummary> {
  const history = await readHistory(folder, memory);
  const known = history.newest?.state?.summary ?? history.summaryFile?.summary;
  if (known !== undefined) return known;
  // Being taken, and nothing but the journal to tell by.
  const last = history.ends.at(-1);
  const base = last === undefined ? undefined : scanSegment(folder, last.epoch)?.base;
  if (base === undefined) throw unknownRun(folder.run);
  let summary = base;
  for (const { commits } of commitsAfter(folder, history, { after: 0, memory: {} }))
    for (const commit of commits) summary = summaryAfter(commit, base);
  return summary;
}
