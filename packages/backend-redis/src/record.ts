import { hash } from 'node:crypto';
import { compactEvents, expandEvents } from '@orch/core/author';
import type { Commit, CompactEvents, Fence, RunEvent } from '@orch/core/author';

/** A commit as it stands in the list. */
export interface FoundCommit {
  /** The version before it. */
  readonly after: number;
  /** Of its last event. */
  readonly version: number;
  readonly chain: string;
  readonly events: readonly RunEvent[];
}

/** The same commit is the same text. */
export function payloadOf({
  events,
  expectedVersion,
  fence,
}: Pick<Commit, 'events' | 'expectedVersion'> & { readonly fence: Pick<Fence, 'epoch'> }): string {
  return JSON.stringify(compactEvents(events, { after: expectedVersion, epoch: fence.epoch }));
}

const header = /^([\da-f]{16}) (\d+) (\d+) (\d+) /;

/** Reads a record that follows on another. Answers with what is wrong where it is not what was written. */
export function readRecord(record: string, before: Pick<FoundCommit, 'chain' | 'version'>): FoundCommit | string {
  const [whole, chain, after, version, epoch] = header.exec(record) ?? [];
  if (whole === undefined || chain === undefined) return 'a record has no header';
  const body = record.slice(chain.length + 1);
  const expected = hash('sha1', before.chain + body).slice(0, chain.length);
  if (expected !== chain) return 'the checksum of the next record does not fit it and those before it';
  const compact = JSON.parse(record.slice(whole.length)) as CompactEvents;
  const events = expandEvents(compact, { after: Number(after), epoch: Number(epoch) });
  return { after: Number(after), version: Number(version), chain, events };
}

/** Of a record that was read from the middle of a list: `<chain> <after> <version>`. */
export function endOf(start: string): Pick<FoundCommit, 'chain' | 'version'> {
  const [chain = '', , version] = start.split(' ');
  return { chain, version: Number(version) };
}
