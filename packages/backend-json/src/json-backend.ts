import { isOrchError } from '@orch/core/author';
import type { Acquired, Appended, Backend, Commit, Created, Fence, Holder, Message, Taking } from '@orch/core/author';
import { createRun, createdBy, deleteRun, lastEpoch, makeStateFolder } from './creation.ts';
import type { First } from './creation.ts';
import { isSystemError, notHeld, unknownRun } from './damage.ts';
import type { Files } from './files.ts';
import { commitsAfter, eventsAfter, readHistory } from './history.ts';
import { appendCommit, checkWritable, close, isLost, isRepeated, isTerminal } from './holding.ts';
import { noteSummary, otherEvents, sameEvents } from './holding.ts';
import type { Holding } from './holding.ts';
import { House } from './house.ts';
import { hasMessages, putMessage, readMessages, removeMessages } from './inbox.ts';
import { newestEpoch, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { currentSummary, listRuns } from './run-list.ts';
import { scanSegment } from './segment.ts';
import { acquire, holderOf } from './taking.ts';

export function makeJsonBackend(folder: string, files: Files): Backend {
  const house = new House(folder, files);
  return {
    name: 'json',
    contract: 1,
    open: async () => house.open(),
    close: () => house.close(),
    create: (run, first) => house.inTurn(run, (place) => create(house, place, first)),
    append: (run, commit) => house.flusher.during(() => house.inTurn(run, (place) => append(house, place, commit))),
    async *read(run, { after = 0 } = {}) {
      const place = house.folderOf(run);
      const memory = house.memoryOf(run);
      const history = await house.guarded(() => readHistory(place, memory));
      const events = eventsAfter(place, history, { after, memory });
      for (;;) {
        const next = await house.guarded(() => events.next());
        if (next.done === true) return;
        yield next.value;
      }
    },
    list: (filter, cursor) => house.guarded(() => listRuns(files, house.runs, { filter, cursor })),
    acquire: (run, taking) => house.inTurn(run, (place) => acquireRun(house, place, taking)),
    holder: (run) => house.guarded(() => holder(house, house.folderOf(run))),
    renew: (run, fence, ttlMs) => house.inTurn(run, (place) => renew(house, place, { fence, ttlMs })),
    release: (run, fence) => house.inTurn(run, (place) => release(house, place, fence)),
    post: (run, message) => house.guarded(() => post(house, house.folderOf(run), message)),
    messages: (run) => house.guarded(() => messages(house, house.folderOf(run))),
    delete: (run, fence) => house.inTurn(run, (place) => remove(house, place, fence)),
  };
}

async function create(house: House, folder: RunFolder, first: First): Promise<Created> {
  makeStateFolder(house.files, house.folder);
  const made = createRun(folder, first);
  if (made !== undefined) {
    house.forget(folder.run);
    house.keep(made);
    return { status: 'created', fence: made.fence };
  }
  const creator = createdBy(folder);
  return creator?.token === first.token ? { status: 'created', fence: creator } : { status: 'exists' };
}

async function append(house: House, folder: RunFolder, commit: Commit): Promise<Appended> {
  const holding = house.holdingOf(folder, commit.fence);
  if (holding === undefined) return lateAppend(house, folder, commit);
  checkWritable(holding);
  if (commit.expectedVersion !== holding.version) {
    const answer = await elsewhere(house, holding, commit);
    if (answer !== undefined) return answer;
  } else if ((await appendCommit(holding, commit, house.flusher)) === 'lost') return lost(house, folder, commit.fence);
  removeHandled(folder, commit);
  return { status: 'ok' };
}

/** A commit that does not follow on the newest: sent again, which `undefined` says, or not the next one. */
async function elsewhere(house: House, holding: Holding, commit: Commit): Promise<Appended | undefined> {
  const { folder, version, fence } = holding;
  const repeated = isRepeated(holding, commit) || (await isStored(house, folder, commit));
  if (repeated && commit.flush && !holding.flushed) {
    await house.flusher.flush(holding.fd);
    holding.flushed = true;
  }
  if (isLost(holding)) return lost(house, folder, fence);
  return repeated ? undefined : { status: 'conflict', version };
}

/** The fence holds no more. What it wrote before it was lost may be history all the same. */
async function lateAppend(house: House, folder: RunFolder, commit: Commit): Promise<Appended> {
  if (await isStored(house, folder, commit)) return { status: 'ok' };
  return lost(house, folder, commit.fence);
}

/** Rejects with `ORCH_JOURNAL_DAMAGED` where the fence wrote other events after that version. */
async function isStored(house: House, folder: RunFolder, commit: Commit): Promise<boolean> {
  const history = await readHistory(folder, house.memoryOf(folder.run));
  for (const commits of commitsAfter(folder, history, { after: 0, memory: {} })) {
    const { epoch } = commit.fence;
    const stored = commits.find((one) => one.commit.after === commit.expectedVersion && one.epoch === epoch);
    if (stored === undefined) continue;
    if (sameEvents(stored.commit, commit)) return true;
    throw otherEvents({ file: segmentFile(folder, epoch), offset: stored.start }, commit);
  }
  return false;
}

function lost(house: House, folder: RunFolder, fence: Fence): Appended {
  house.drop(folder.run);
  return { status: 'lost-lease', epoch: Math.max(fence.epoch, newestEpoch(folder), lastEpoch(folder)) };
}

/** The commit names them: one that can't be removed now is known as handled, and goes at the next taking. */
function removeHandled(folder: RunFolder, { handled }: Commit): void {
  if (handled === undefined) return;
  try {
    removeMessages(folder, handled);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

async function acquireRun(house: House, folder: RunFolder, taking: Taking): Promise<Acquired> {
  const { run } = folder;
  const letGo = (token: string): boolean => house.letGo.has(`${run} ${token}`);
  const answer = await acquire(folder, { taking, held: house.holdings.get(run), letGo });
  if ('status' in answer) return answer;
  house.keep(answer);
  if (hasMessages(folder)) await messages(house, folder);
  return { status: 'held', fence: answer.fence };
}

function holder(house: House, folder: RunFolder): Holder | undefined {
  const known = house.memoryOf(folder.run).newest;
  const epoch = newestEpoch(folder);
  const segment = scanSegment(folder, epoch, known?.end.epoch === epoch ? known : undefined);
  if (segment === undefined || segment.deleted || segment.closed) return undefined;
  return house.letGo.has(`${folder.run} ${segment.owner.token}`) ? undefined : holderOf(segment);
}

interface Renewal {
  readonly fence: Fence;
  readonly ttlMs: number;
}

async function renew(house: House, folder: RunFolder, { fence, ttlMs }: Renewal): Promise<boolean> {
  const holding = holdingOrNone(house, folder, fence);
  if (holding === undefined || isLost(holding)) return false;
  // The time to live stands in the first record: another one moves the time of the last touch instead.
  const touched = (Date.now() + ttlMs - holding.taking.ttlMs) / 1000;
  house.files.futimesSync(holding.fd, touched, touched);
  return !isLost(holding);
}

function holdingOrNone(house: House, folder: RunFolder, fence: Fence): Holding | undefined {
  try {
    return house.holdingOf(folder, fence);
  } catch (error) {
    if (isOrchError(error, 'ORCH_BACKEND_FENCE') || isOrchError(error, 'ORCH_RUN_UNKNOWN')) return undefined;
    throw error;
  }
}

async function release(house: House, folder: RunFolder, fence: Fence): Promise<void> {
  const holding = holdingOrNone(house, folder, fence);
  if (holding === undefined) return;
  if (holding.failure !== undefined) return releaseFailed(house, holding);
  if (!isLost(holding) && (await close(holding, house.flusher)) === 'ok') noteSummary(holding, true);
  house.drop(folder.run);
}

/**
 * Nothing more may be written into the segment, so the next epoch is taken and closed. Where the disk refuses that too,
 * this process remembers that it let go; for others the run is free when the process is gone.
 */
async function releaseFailed(house: House, { folder, taking }: Holding): Promise<void> {
  const { run } = folder;
  house.letGo.add(`${run} ${taking.token}`);
  house.drop(run);
  try {
    const next = await acquire(folder, { taking, held: undefined, letGo: (token) => token === taking.token });
    if ('status' in next) return;
    house.keep(next);
    if ((await close(next, house.flusher)) === 'ok') noteSummary(next, true);
    house.drop(run);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    house.drop(run);
  }
}

async function post(house: House, folder: RunFolder, message: Message): Promise<'posted' | 'finished' | 'unknown-run'> {
  if (newestEpoch(folder) === 0) return 'unknown-run';
  const { status } = await currentSummary(folder, house.memoryOf(folder.run));
  if (isTerminal(status)) return 'finished';
  putMessage(folder, message);
  return 'posted';
}

/** A message stays behind where a crash came between the commit that handled it and its removal. */
async function messages(house: House, folder: RunFolder): Promise<readonly Message[]> {
  if (newestEpoch(folder) === 0) throw unknownRun(folder.run);
  if (!hasMessages(folder)) return [];
  const found = readMessages(folder);
  const handled = new Set<string>();
  const history = await readHistory(folder, house.memoryOf(folder.run));
  for (const commits of commitsAfter(folder, history, { after: 0, memory: {} }))
    for (const { commit } of commits) for (const id of commit.handled ?? []) handled.add(id);
  removeMessages(
    folder,
    found.map(({ id }) => id).filter((id) => handled.has(id)),
  );
  return found.filter(({ id }) => !handled.has(id));
}

async function remove(house: House, folder: RunFolder, fence: Fence): Promise<void> {
  const holding = house.holdingOf(folder, fence);
  if (holding === undefined || isLost(holding) || !deleteRun(holding)) throw notHeld(folder.run, fence.epoch);
  house.forget(folder.run);
}
