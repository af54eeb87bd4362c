import { isOrchError } from '@orch/core/author';
import type { ErrorCode, StateFinding } from '@orch/core/author';
import { openToOthers } from './connection.ts';
import type { Connection } from './connection.ts';
import { asOrchError, damaged, damagedFile, isBusy } from './damage.ts';
import { readPage, startOf } from './history.ts';
import { messagesOf } from './inbox.ts';
import { checkTaking, commitId, damagedRow, findTaking, isSound, placeOf } from './run-row.ts';
import type { RunRow } from './statements.ts';
import { checkRemoved } from './taking.ts';

/** Reads every page and every row. Changes nothing. */
export function checkFile(connection: Connection): readonly StateFinding[] {
  const { file, statements } = connection;
  const findings: StateFinding[] = connection
    .integrityCheck()
    .flatMap((problem) => findingsOf(file, undefined, () => fail(damagedFile(file, problem))));
  const numbers = new Set<number>();
  findings.push(
    ...findingsOf(file, undefined, () => {
      for (const row of statements.listRuns('').all(-1)) {
        numbers.add(row.number);
        findings.push(...findingsOf(file, row.id, () => checkRun(connection, row)));
      }
      for (const removed of statements.allRemoved.all())
        findings.push(...findingsOf(file, removed.id, () => checkRemoved(file, removed)));
      for (const number of strayNumbers(connection, numbers)) findings.push(stray(file, number));
    }),
  );
  return [...findings, ...openToOthers(file).map(accessible)];
}

function checkRun(connection: Connection, listed: RunRow): void {
  const { file, statements } = connection;
  const run = listed.id;
  if (!isSound(listed)) throw damagedRow(file, run);
  const { row, place: start } = startOf(connection, run, 0);
  for (let place = start; place.version < row.version;) place = readPage(connection, row, { place }).place;
  const takings = statements.takings.all(row.number);
  for (const taking of takings) checkTaking(file, run, taking);
  findTaking(connection, row, row.epoch);
  checkEpochs(file, row, takings);
  messagesOf(connection, row);
}

/** Each taking has the epoch after the one before it. */
function checkEpochs(file: string, row: RunRow, takings: readonly { readonly epoch: number }[]): void {
  const first = takings[0]?.epoch ?? 0;
  const gap = takings.findIndex(({ epoch }, index) => epoch !== first + index);
  if (gap >= 0) throw damaged({ file, run: row.id, what: `the taking of epoch ${first + gap} is missing` });
}

/** Answers with the error of a look, where it is one that readers and take-ups have too. */
function findingsOf(file: string, run: string | undefined, look: () => void): readonly StateFinding[] {
  try {
    look();
    return [];
  } catch (thrown) {
    if (isBusy(thrown)) throw thrown;
    const error = asOrchError(thrown, file);
    if (!isOrchError(error)) throw error;
    // Removed meanwhile.
    if (error.code === 'ORCH_RUN_UNKNOWN') return [];
    const { code, message, hint } = error;
    return [
      {
        code: code as ErrorCode,
        severity: 'error',
        message,
        file,
        ...(hint === undefined ? {} : { hint }),
        ...(run === undefined ? {} : { run }),
      },
    ];
  }
}

function fail(error: Error): never {
  throw error;
}

/** Runs that have rows, but are not in the table of runs. */
function strayNumbers({ statements }: Connection, known: ReadonlySet<number>): readonly number[] {
  const found = new Set(statements.strayRows.all().map(({ run }) => run));
  for (let number = 0; ;) {
    const next = statements.commitFrom.get(commitId(number, 0));
    if (next === undefined) break;
    const { run } = placeOf(next.id);
    if (!known.has(run)) found.add(run);
    number = run + 1;
  }
  return [...found];
}

function stray(file: string, number: number): StateFinding {
  return {
    code: 'ORCH_JOURNAL_DAMAGED',
    severity: 'error',
    file,
    message: `${file}: the run of number ${number} has commits, takings or messages, but is missing in the table of runs.`,
    hint: 'Nothing was changed. Copy the file with its -wal and -shm, then restore it from a backup.',
  };
}

function accessible(file: string): StateFinding {
  return {
    code: 'ORCH_STATE_ACCESS',
    severity: 'warning',
    file,
    message: `${file} can be read or written by others.`,
    hint: `It may hold what only its owner should see: chmod 600 ${file}`,
  };
}
