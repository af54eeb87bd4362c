import { unknownRun } from '@orch/core/author';
import type { RunEvent } from '@orch/core/author';
import type { Access } from './access.ts';
import { endOf, readRecord } from './record.ts';
import type { FoundCommit } from './record.ts';
import { readOnScript, readScript } from './scripts.ts';
import type { Answer } from './scripts.ts';

/** A reading holds so much of a journal at a time, and the records of the last step beyond it. */
const pageBytes = 2 ** 20;

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

/** Some records that follow each other. */
interface Page {
  /** Index of the one after the last. */
  readonly reached: number;
  readonly records: readonly string[];
}

/** The events after a version, many commits at a time; where the journal is damaged, those before the damage. */
export async function* readEvents(access: Access, run: string, after: number): AsyncIterable<readonly RunEvent[]> {
  const { portion, first } = await begin(access, run, after);
  let { before } = portion;
  let page = first;
  for (let index = portion.from; index < portion.to; index = page.reached) {
    if (index > portion.from) page = await goOn(access, run, { from: index, to: portion.to });
    if (page.reached === index)
      throw await lostOrDamaged(access, run, { ...portion, before, what: 'commits are missing' });
    const events: RunEvent[] = [];
    for (const record of page.records) {
      const found = readRecord(record, before);
      if (typeof found === 'string') {
        if (events.length > 0) yield events;
        throw await lostOrDamaged(access, run, { ...portion, before, what: found });
      }
      for (const event of found.events) if (event.version > after) events.push(event);
      before = found;
    }
    if (events.length > 0) yield events;
    access.connection.checkOpen();
  }
  const isOther = portion.from < portion.to && before.chain !== portion.chain;
  if (isOther || portion.wrongLength !== undefined)
    throw await lostOrDamaged(access, run, {
      ...portion,
      before,
      what: 'its last commit is not the one that the head names',
    });
}

/** One call says what there is to read, and brings the first of it. */
async function begin(
  access: Access,
  run: string,
  after: number,
): Promise<{ readonly portion: Portion; readonly first: Page }> {
  const { keys } = access;
  const answer = await access.script(run, readScript, [keys.head(run), keys.journal(run)], after, pageBytes);
  const [word, from, to, chain, creator, start, wrong, ...page] = answer;
  if (word !== 'ok') throw access.refused(run, answer);
  const before = Number(from) === 0 ? { chain: run, version: 0 } : endOf(String(start));
  const portion: Portion = {
    from: Number(from),
    to: Number(to),
    chain: String(chain),
    creator: String(creator),
    before,
    ...(wrong === '' ? {} : { wrongLength: String(wrong) }),
  };
  return { portion, first: pageOf(page) };
}

async function goOn(access: Access, run: string, { from, to }: Pick<Portion, 'from' | 'to'>): Promise<Page> {
  const [, ...page] = await access.script(run, readOnScript, [access.keys.journal(run)], from, to, pageBytes);
  return pageOf(page);
}

/** A record is JSON behind a header, and so has no line break of its own. */
function pageOf([reached, text]: readonly Answer[number][]): Page {
  return { reached: Number(reached), records: String(text).split('\n') };
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
