import { join } from 'node:path';
import { isOrchError, runIdPattern } from '@orch/core/author';
import type { ErrorCode, StateFinding } from '@orch/core/author';
import { lastEpoch } from './creation.ts';
import { asUnavailable, lostJournalHint } from './damage.ts';
import { isRemoved, isTemporary, namesIn } from './files.ts';
import type { Files } from './files.ts';
import { commitsAfter, isWithoutJournal, readHistory } from './history.ts';
import { readMessages } from './inbox.ts';
import { epochsOf, inboxFolder, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { scanSegment } from './scan-segment.ts';
import { hasSummaryFile, readSummaryFile } from './summary-file.ts';

/** Reads every file of every run. Changes nothing. */
export async function checkRuns(files: Files, runs: string): Promise<readonly StateFinding[]> {
  const findings: StateFinding[] = [];
  findings.push(...leftoversIn(files, runs));
  for (const name of namesIn(files, runs).toSorted())
    if (runIdPattern.test(name)) findings.push(...(await checkRun({ files, run: name, path: join(runs, name) })));
  const epochs = join(runs, '.epochs');
  findings.push(...leftoversIn(files, epochs));
  for (const run of namesIn(files, epochs).filter((name) => runIdPattern.test(name)))
    findings.push(...(await damageOf(run, () => void lastEpoch({ files, run, path: join(runs, run) }))));
  return findings;
}

async function checkRun(folder: RunFolder): Promise<readonly StateFinding[]> {
  const { files, run, path } = folder;
  if (isWithoutJournal(folder)) return [noJournal(folder)];
  if (namesIn(files, path).length === 0) return [emptyFolder(folder)];
  const findings: StateFinding[] = [];
  let isRemoved = false;
  findings.push(...(await damageOf(run, () => void (isRemoved = isBeingRemoved(folder)))));
  if (isRemoved) return [removal(folder)];
  // What the first look has refused needs no second one.
  if (findings.length === 0)
    findings.push(...(await damageOf(run, async () => findings.push(...(await read(folder))))));
  findings.push(...(await damageOf(run, () => void readMessages(folder))), ...summaryFindings(folder));
  for (const place of [path, inboxFolder(folder)]) findings.push(...leftoversIn(files, place, run));
  return findings;
}

function isBeingRemoved(folder: RunFolder): boolean {
  const newest = epochsOf(folder).at(-1);
  return newest !== undefined && scanSegment(folder, newest)?.deleted === true;
}

/** Reads a journal to its end. Rejects where it is damaged. */
async function read(folder: RunFolder): Promise<readonly StateFinding[]> {
  const history = await readHistory(folder, {});
  for (const _commits of commitsAfter(folder, history, { after: 0, memory: {} }));
  const { newest } = history;
  if (newest === undefined) return [halfTaken(folder)];
  return newest.torn ? [cutOff(folder, newest)] : [];
}

/** Answers with the error of a look, where it is one that readers and take-ups have too. */
async function damageOf(run: string, look: () => unknown): Promise<readonly StateFinding[]> {
  try {
    await look();
    return [];
  } catch (thrown) {
    const error = asUnavailable(thrown);
    if (!isOrchError(error)) throw error;
    // Removed meanwhile; or the file system does not tell `A` from `a`, and it is listed under the other name.
    if (error.code === 'ORCH_RUN_UNKNOWN') return [];
    const { code, message, hint } = error;
    const place =
      'file' in error && 'offset' in error ? { file: String(error.file), offset: Number(error.offset) } : {};
    const more = { ...(hint === undefined ? {} : { hint }), ...place };
    return [{ code: code as ErrorCode, severity: 'error', run, message, ...more }];
  }
}

function summaryFindings(folder: RunFolder): readonly StateFinding[] {
  if (readSummaryFile(folder) !== undefined) return [];
  const file = join(folder.path, 'run.json');
  const what = hasSummaryFile(folder) ? 'is not what orch wrote for this run, and is ignored' : 'is missing';
  return [
    {
      code: 'ORCH_STATE_SUMMARY',
      severity: 'note',
      run: folder.run,
      file,
      message: `${file} ${what}.`,
      hint: 'The journal has all of it, and the next take-up writes it anew. Until then a journal that was cut short looks like one that a crash cut short.',
    },
  ];
}

function halfTaken(folder: RunFolder): StateFinding {
  const file = segmentFile(folder, epochsOf(folder).at(-1) ?? 0);
  return {
    code: 'ORCH_STATE_UNFINISHED',
    severity: 'note',
    run: folder.run,
    file,
    message: `${file} has no seal: a process began to take the run and has not ended it.`,
    hint: `What was acknowledged is shown. If that process is gone: orch recover ${folder.run}`,
  };
}

function cutOff(
  folder: RunFolder,
  { file, end }: { readonly file: string; readonly end: { readonly length: number } },
): StateFinding {
  return {
    code: 'ORCH_STATE_UNFINISHED',
    severity: 'note',
    run: folder.run,
    file,
    offset: end.length,
    message: `${file} ends within the record at byte ${end.length}: a write that is under way, or that a crash cut off.`,
    hint: 'It was never acknowledged. The next take-up goes on before it and leaves it where it is.',
  };
}

function removal({ run, path }: RunFolder): StateFinding {
  return {
    code: 'ORCH_STATE_LEFTOVER',
    severity: 'note',
    run,
    file: path,
    message: `${path} is a run whose removal was not finished.`,
    hint: 'It is listed no more. `orch prune` finishes it, and so does the next run of this id.',
  };
}

function noJournal({ run, path }: RunFolder): StateFinding {
  return {
    code: 'ORCH_STATE_FOREIGN',
    severity: 'error',
    run,
    file: path,
    message: `${path} holds no journal.`,
    hint: lostJournalHint,
  };
}

function emptyFolder({ run, path }: RunFolder): StateFinding {
  return {
    code: 'ORCH_STATE_FOREIGN',
    severity: 'warning',
    run,
    file: path,
    message: `${path} is empty.`,
    hint: 'It is no run, or one whose files were all removed: restore it from a backup, or remove the folder.',
  };
}

function leftoversIn(files: Files, place: string, run?: string): readonly StateFinding[] {
  return namesIn(files, place)
    .filter(isTemporary)
    .map((name) => ({
      code: 'ORCH_STATE_LEFTOVER',
      severity: 'note',
      ...(run === undefined ? {} : { run }),
      file: join(place, name),
      message: `${join(place, name)} is unfinished: a process was killed, or is about to finish it.`,
      hint: isRemoved(name)
        ? 'It is what is left of a removed run. The next `orch prune` finishes it.'
        : 'Nobody reads it. Remove it once no orch runs on this folder.',
    }));
}
