import type { RunEvent } from '@orch/core/author';
import type { Access } from './access.ts';
import { unknownRun } from './damage.ts';
import { endOf, readRecord } from './record.ts';
import type { FoundCommit } from './record.ts';
import { seekScript } from './scripts.ts';

/** Records are fetched so many at a time: by their size, after a first guess. */
const page = { first: 64, most: 1_000, bytes: 4 * 2 ** 20 };

/** What stood there when the reading began, and so is read: commits are never taken back. */
interface Portion {
  /** Indexes of the first commit, and of the one after the last. */
  readonly from: number;
  readonly to: number;
  /** The checksum of the last. */
  readonly chain: string;
  /** The end of the commit before the first. */
  readonly before: Pick<FoundCommit, 'chain' | 'version'>;
  /** Of the taking that made the run. */
  readonly creator: string;
  /** What is wrong with the number of commits, if anything is. */
  readonly wrongLength?: string;
}

/** The events after a version, many commits at a time; where the journal is damaged, those before the damage. */
export async function* readEvents(access: Access, run: string, after: number): AsyncIterable<readonly RunEvent[]> {
  const portion = await seek(access, run, after);
  let { before } = portion;
  let count = page.first;
  for (let index = portion.from; index < portion.to;) {
    const records = await fetch(access, run, { from: index, to: Math.min(index + count, portion.to) });
    const events: RunEvent[] = [];
    let bytes = 0;
    for (const record of records) {
      const found = readRecord(record, before);
      if (typeof found === 'string') {
        if (events.length > 0) yield events;
        throw await lostOrDamaged(access, run, { ...portion, before, what: found });
      }
      for (const event of found.events) if (event.version > after) events.push(event);
      before = found;
      bytes += record.length;
    }
    index += records.length;
    if (records.length === 0)
      throw await lostOrDamaged(access, run, { ...portion, before, what: 'commits are missing' });
    if (events.length > 0) yield events;
    access.connection.checkOpen();
    count = Math.max(1, Math.min(page.most, Math.floor((page.bytes * records.length) / bytes)));
  }
  const isOther = portion.from < portion.to && before.chain !== portion.chain;
  if (isOther || portion.wrongLength !== undefined)
    throw await lostOrDamaged(access, run, {
      ...portion,
      before,
      what: 'its last commit is not the one that the head names',
    });
}

async function seek(access: Access, run: string, after: number): Promise<Portion> {
  const { keys } = access;
  const answer = await access.script(run, seekScript, [keys.head(run), keys.journal(run)], after);
  const [word, from, to, chain, creator, start, wrong] = answer;
  if (word !== 'ok') throw access.refused(run, answer);
  const before = Number(from) === 0 ? { chain: run, version: 0 } : endOf(String(start));
  return {
    from: Number(from),
    to: Number(to),
    chain: String(chain),
    creator: String(creator),
    before,
    ...(wrong === '' ? {} : { wrongLength: String(wrong) }),
  };
}

function fetch(
  access: Access,
  run: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<readonly string[]> {
  return access.connection.call(
    (redis) => redis.lrange(access.keys.journal(run), from, to - 1),
    (error) => access.foreign(run, error),
  );
}

/** It may have been deleted while it was read, and another one of its id been made. */
async function lostOrDamaged(
  access: Access,
  run: string,
  { creator, before, what, wrongLength }: Portion & { readonly what: string },
): Promise<Error> {
  const token = await access.connection.call((redis) => redis.hget(access.keys.head(run), 'token'));
  const isDeleted =
    token !== creator ||
    (await access.connection.call((redis) => redis.hexists(access.keys.head(run), 'version'))) === 0;
  return isDeleted ? unknownRun(run) : access.damaged(run, wrongLength ?? what, before.version);
}
