import { isTerminal, unknownRun } from '@orch/core/author';
import type { Json, Message, RunSummary } from '@orch/core/author';
import type { Connection } from './connection.ts';
import { damaged } from './damage.ts';
import { findRun, signedCrc } from './run-row.ts';
import type { MessageRow, RunRow } from './statements.ts';

type Posted = 'posted' | 'finished' | 'unknown-run';

/** A message of an id that was there already, handled ones included, changes nothing. */
export function post(connection: Connection, run: string, message: Message): Posted {
  const row = findRun(connection, run);
  if (row === undefined) return 'unknown-run';
  if (isTerminal(row.status as RunSummary['status'])) return 'finished';
  const id = JSON.stringify(message.id);
  const body = JSON.stringify(message.body);
  connection.statements.postMessage.run(row.number, id, body, messageCrc(run, { id, body }));
  return 'posted';
}

/** They leave in the transaction of the commit that handled them. What was never posted is never taken, too. */
export function handleMessages({ statements }: Connection, row: RunRow, ids: readonly string[]): void {
  for (const text of ids) {
    const id = JSON.stringify(text);
    statements.handleMessage.run(row.number, id, messageCrc(row.id, { id, body: null }));
  }
}

export function messages(connection: Connection, run: string): readonly Message[] {
  const row = findRun(connection, run);
  if (row === undefined) throw unknownRun(run);
  return messagesOf(connection, row);
}

/** Throws `ORCH_JOURNAL_DAMAGED` where one is not what was posted. */
export function messagesOf({ statements, file }: Connection, { number, id: run }: RunRow): readonly Message[] {
  return statements.messages.all(number).flatMap((row, index) => {
    if (row.crc !== messageCrc(run, row))
      throw damaged({ file, run, what: `message ${index + 1} of its inbox does not fit its checksum` });
    return row.body === null ? [] : [{ id: JSON.parse(row.id) as string, body: JSON.parse(row.body) as Json }];
  });
}

function messageCrc(run: string, { id, body }: Omit<MessageRow, 'crc'>): number {
  return signedCrc(`orch ${run} inbox ${id} ${body ?? ''}`);
}
