import { isOrchError, isTerminal, notHeld, unknownRun } from '@orch/core/author';
import type { Acquired, Appended, Backend, Commit, Created, Fence, Holder, Message, Taking } from '@orch/core/author';
import { checkRuns } from './check.ts';
import { createRun, createdBy, deleteRun, lastEpoch, makeStateFolder } from './creation.ts';
import type { First } from './creation.ts';
import { isDamage, isSystemError, lostJournal, misplaced } from './damage.ts';
import type { Files } from './files.ts';
import { commitsAfter, eventsAfter, isWithoutJournal, readHistory } from './history.ts';
import type { History, Memory } from './history.ts';
import { appendCommit, checkWritable, close, isRepeated } from './holding.ts';
import { noteSummary, otherEvents, sameEvents } from './holding.ts';
import type { Holding } from './holding.ts';
import type { Later } from './later.ts';
import { OpenState } from './open-state.ts';
import { hasMessages, putMessage, readMessages, removeMessages } from './inbox.ts';
import type { Written } from './protocol.ts';
import { newestEpoch, segmentFile } from './run-folder.ts';
import type { RunFolder } from './run-folder.ts';
import { currentSummary, listRuns } from './run-list.ts';
import { scanSegment } from './scan-segment.ts';
import { soundEventsAfter } from './sound-part.ts';
import { acquire, holderOf } from './taking.ts';
import { isLost } from './writing.ts';

export function makeJsonBackend(folder: string, files: Files): Backend {
  const state = new OpenState(folder, files);
  return {
    name: 'json',
    contract: 1,
    open: async () => state.open(),
    close: () => state.close(),
    create: async (run, first) => state.inTurn(run, (place) => create(state, place, first)),
    append: async (run, commit) => {
      state.flusher.underWay++;
      try {
        const answer = state.inTurn(run, (place) => append(state, place, commit));
        return answer instanceof Promise ? await answer : answer;
      } finally {
        state.flusher.underWay--;
      }
    },
    async *read(run, { after = 0 } = {}) {
      const place = state.folderOf(run);
      const memory = state.memoryOf(run);
      let reached = after;
      try {
        const history = await state.guarded(() => readKnown(place, memory, after === 0));
        const events = eventsAfter(place, history, { after, memory });
        for (;;) {
          const next = await state.guarded(() => events.next());
          if (next.done === true) return;
          reached = next.value.at(-1)?.version ?? reached;
          yield next.value;
        }
      } catch (error) {
        if (!isDamage(error)) throw error;
        const sound = soundEventsAfter(place, reached);
        for (;;) {
          const next = await state.guarded(() => sound.next());
          if (next.done === true) throw error;
          yield next.value;
        }
      }
    },
    list: async (filter, cursor) => state.guarded(() => listRuns(files, state.runs, { filter, cursor })),
    acquire: async (run, taking) => state.inTurn(run, (place) => acquireRun(state, place, taking)),
    holder: async (run) => state.guarded(() => holder(state, state.folderOf(run))),
    renew: async (run, fence, ttlMs) => state.inTurn(run, (place) => renew(state, place, { fence, ttlMs })),
    release: async (run, fence) => state.inTurn(run, (place) => release(state, place, fence)),
    post: async (run, message) => state.guarded(() => post(state, state.folderOf(run), message)),
    messages: async (run) => state.guarded(() => messages(state, state.folderOf(run))),
    check: async () => state.guarded(() => checkRuns(files, state.runs)),
    delete: async (run, fence) => state.inTurn(run, (place) => remove(state, place, fence)),
  };
}

async function create(state: OpenState, folder: RunFolder, first: First): Promise<Created> {
  makeStateFolder(state.files, state.folder);
  const made = createRun(folder, first);
  if (made !== undefined) {
    state.forget(folder.run);
    state.keep(made);
    return { status: 'created', fence: made.fence };
  }
  const creator = createdBy(folder);
  return creator?.token === first.token ? { status: 'created', fence: creator } : { status: 'exists' };
}

/** A folder with nothing but the attempts of a run is no unknown run: its journal is elsewhere, or lost. */
async function readKnown(folder: RunFolder, memory: Memory, whole: boolean): Promise<History> {
  try {
    return await readHistory(folder, memory, { whole });
  } catch (error) {
    const isKnown = isOrchError(error, 'ORCH_RUN_UNKNOWN') && isWithoutJournal(folder);
    throw isKnown ? lostJournal(folder.run, folder.path) : error;
  }
}

function append(state: OpenState, folder: RunFolder, commit: Commit): Later<Appended> {
  const holding = state.holdingOf(folder, commit.fence);
  if (holding === undefined) return lateAppend(state, folder, commit);
  checkWritable(holding);
  if (commit.expectedVersion !== holding.version) return elsewhere(state, holding, commit);
  const written = appendCommit(holding, commit, state.flusher);
  return written instanceof Promise
    ? written.then((answer) => answered(state, holding, commit, answer))
    : answered(state, holding, commit, written);
}

function answered(state: OpenState, holding: Holding, commit: Commit, written: Written): Appended {
  return written === 'lost' ? lostOrMisplaced(state, holding) : appended(holding.folder, commit);
}

const ok: Appended = { status: 'ok' };

function appended(folder: RunFolder, { handled }: Commit): Appended {
  if (handled !== undefined) removeHandled(folder, handled);
  return ok;
}

/** A commit that does not follow on the newest: sent again, or not the next one. */
async function elsewhere(state: OpenState, holding: Holding, commit: Commit): Promise<Appended> {
  const { folder, version } = holding;
  const repeated = isRepeated(holding, commit) || (await isStored(state, folder, commit));
  if (repeated && commit.flush && !holding.flushed) {
    await state.flusher.flush(holding.fd);
    holding.flushed = true;
  }
  if (isLost(holding)) return lostOrMisplaced(state, holding);
  return repeated ? appended(folder, commit) : { status: 'conflict', version };
}

/** The fence holds no more. What it wrote before it was lost may be history all the same. */
async function lateAppend(state: OpenState, folder: RunFolder, commit: Commit): Promise<Appended> {
  if (await isStored(state, folder, commit)) return { status: 'ok' };
  return lost(state, folder, commit.fence);
}

/** Rejects with `ORCH_JOURNAL_DAMAGED` where the fence wrote other events after that version. */
async function isStored(state: OpenState, folder: RunFolder, commit: Commit): Promise<boolean> {
  const history = await readHistory(folder, state.memoryOf(folder.run));
  for (const { epoch, commits, startOf } of commitsAfter(folder, history, { after: 0, memory: {} })) {
    if (epoch !== commit.fence.epoch) continue;
    const index = commits.findIndex(({ after }) => after === commit.expectedVersion);
    if (index === -1) continue;
    if (sameEvents(commits[index]!, commit)) return true;
    throw otherEvents({ file: segmentFile(folder, epoch), offset: startOf(index) }, commit);
  }
  return false;
}

/** Somebody has the next epoch, or removed the run; or the file is gone without either, which is nobody's doing here. */
function lostOrMisplaced(state: OpenState, holding: Holding): Appended {
  const { folder, fence, file } = holding;
  // Before any look that may fail: what was written is not acknowledged, and must not be written again behind itself.
  holding.failure = misplaced(file);
  if (Math.max(newestEpoch(folder), lastEpoch(folder)) > fence.epoch) return lost(state, folder, fence);
  throw holding.failure;
}

function lost(state: OpenState, folder: RunFolder, fence: Fence): Appended {
  state.drop(folder.run);
  return { status: 'lost-lease', epoch: Math.max(fence.epoch, newestEpoch(folder), lastEpoch(folder)) };
}

/** The commit names them: one that can't be removed now is known as handled, and goes at the next taking. */
function removeHandled(folder: RunFolder, handled: readonly string[]): void {
  try {
    removeMessages(folder, handled);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

async function acquireRun(state: OpenState, folder: RunFolder, taking: Taking): Promise<Acquired> {
  const { run } = folder;
  const letGo = (token: string): boolean => state.letGo.has(`${run} ${token}`);
  const known = state.memoryOf(run).newest;
  const answer = await acquire(folder, { taking, known, held: state.holdings.get(run), letGo });
  if ('status' in answer) return answer;
  state.keep(answer);
  if (hasMessages(folder)) await messages(state, folder);
  return { status: 'held', fence: answer.fence };
}

function holder(state: OpenState, folder: RunFolder): Holder | undefined {
  const known = state.memoryOf(folder.run).newest;
  const epoch = newestEpoch(folder);
  const segment = scanSegment(folder, epoch, known?.end.epoch === epoch ? known : undefined);
  if (segment === undefined || segment.deleted || segment.closed) return undefined;
  return state.letGo.has(`${folder.run} ${segment.owner.token}`) ? undefined : holderOf(segment);
}

interface Renewal {
  readonly fence: Fence;
  readonly ttlMs: number;
}

async function renew(state: OpenState, folder: RunFolder, { fence, ttlMs }: Renewal): Promise<boolean> {
  const holding = holdingOrNone(state, folder, fence);
  if (holding === undefined || isLost(holding)) return false;
  // The time to live stands in the first record: another one moves the time of the last touch instead.
  const touched = (Date.now() + ttlMs - holding.taking.ttlMs) / 1000;
  state.files.futimesSync(holding.fd, touched, touched);
  return !isLost(holding);
}

function holdingOrNone(state: OpenState, folder: RunFolder, fence: Fence): Holding | undefined {
  try {
    return state.holdingOf(folder, fence);
  } catch (error) {
    if (isOrchError(error, 'ORCH_BACKEND_FENCE') || isOrchError(error, 'ORCH_RUN_UNKNOWN')) return undefined;
    throw error;
  }
}

async function release(state: OpenState, folder: RunFolder, fence: Fence): Promise<void> {
  const holding = holdingOrNone(state, folder, fence);
  if (holding === undefined) return;
  if (holding.failure !== undefined) return releaseFailed(state, holding);
  if (!isLost(holding) && (await close(holding, state.flusher)) === 'ok') noteSummary(holding, true);
  state.drop(folder.run);
}

/**
 * Nothing more may be written into the segment, so the next epoch is taken and closed. Where the disk refuses that too,
 * this process remembers that it let go; for others the run is free when the process is gone.
 */
async function releaseFailed(state: OpenState, { folder, taking }: Holding): Promise<void> {
  const { run } = folder;
  state.letGo.add(`${run} ${taking.token}`);
  state.drop(run);
  try {
    const letGo = (token: string): boolean => token === taking.token;
    const next = await acquire(folder, { taking, known: undefined, held: undefined, letGo });
    if ('status' in next) return;
    state.keep(next);
    if ((await close(next, state.flusher)) === 'ok') noteSummary(next, true);
    state.drop(run);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    state.drop(run);
  }
}

async function post(
  state: OpenState,
  folder: RunFolder,
  message: Message,
): Promise<'posted' | 'finished' | 'unknown-run'> {
  if (newestEpoch(folder) === 0) return 'unknown-run';
  const { status } = await currentSummary(folder, state.memoryOf(folder.run));
  if (isTerminal(status)) return 'finished';
  putMessage(folder, message);
  return 'posted';
}

/** A message stays behind where a crash came between the commit that handled it and its removal. */
async function messages(state: OpenState, folder: RunFolder): Promise<readonly Message[]> {
  if (newestEpoch(folder) === 0) throw unknownRun(folder.run);
  if (!hasMessages(folder)) return [];
  const found = readMessages(folder);
  const handled = new Set<string>();
  const history = await readHistory(folder, state.memoryOf(folder.run));
  for (const { commits } of commitsAfter(folder, history, { after: 0, memory: {} }))
    for (const commit of commits) for (const id of commit.handled ?? []) handled.add(id);
  removeMessages(
    folder,
    found.map(({ id }) => id).filter((id) => handled.has(id)),
  );
  return found.filter(({ id }) => !handled.has(id));
}

async function remove(state: OpenState, folder: RunFolder, fence: Fence): Promise<void> {
  const holding = state.holdingOf(folder, fence);
  if (holding === undefined || isLost(holding) || !deleteRun(holding)) throw notHeld(folder.run, fence.epoch);
  state.forget(folder.run);
}
