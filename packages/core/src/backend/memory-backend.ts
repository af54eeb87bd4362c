import type { RunSummary } from '../run/event.ts';
import { optionKinds, refuseOptions } from '../spec/refuse-options.ts';
import type { KnownOptions } from '../spec/refuse-options.ts';
import type { Backend, RunFilter } from './backend.ts';
import { notOpen, unknownRun } from './backend-errors.ts';
import { MemoryRun } from './memory-run.ts';

export interface MemoryBackendOptions {
  /** Wall time in milliseconds since 1970, by which leases live; default: the system's. */
  readonly now?: () => number;
}

const memoryOptions: KnownOptions<MemoryBackendOptions> = { now: optionKinds.function };

/**
 * Keeps runs in this process, for tests and for runs that need not survive it. It is the reference of the contract: the
 * shortest that passes the conformance suite. There is nothing to open; once it is closed it keeps its runs for who opens
 * it again.
 */
export function memoryBackend(options: MemoryBackendOptions = {}): Backend {
  refuseOptions('memoryBackend', options, memoryOptions);
  const { now = Date.now } = options;
  const runs = new Map<string, MemoryRun>();
  /** The newest epochs of deleted runs. */
  const epochs = new Map<string, number>();
  let isClosed = false;
  const checkOpen = (): void => {
    if (isClosed) throw notOpen('memory');
  };
  const find = (id: string): MemoryRun | undefined => {
    checkOpen();
    return runs.get(id);
  };
  const get = (id: string): MemoryRun => {
    const found = find(id);
    if (found === undefined) throw unknownRun(id);
    return found;
  };
  return {
    name: 'memory',
    contract: 1,
    async open() {
      isClosed = false;
    },
    async close() {
      isClosed = true;
      for (const run of runs.values()) run.wake();
    },
    async create(id, first) {
      const known = find(id);
      if (known === undefined) {
        const made = new MemoryRun(id, now, { ...first, after: epochs.get(id) ?? 0 });
        runs.set(id, made);
        return { status: 'created', fence: made.creator };
      }
      return known.creator.token === first.token ? { status: 'created', fence: known.creator } : { status: 'exists' };
    },
    append: async (id, commit) => get(id).append(commit),
    async *read(id, { after = 0 } = {}) {
      for (const events of get(id).read(after)) {
        yield events;
        checkOpen();
      }
    },
    async list(filter, cursor) {
      checkOpen();
      return listPage(
        [...runs.values()].map(({ summary }) => summary),
        filter,
        cursor,
      );
    },
    acquire: async (id, taking) => get(id).acquire(taking),
    holder: async (id) => find(id)?.holder(),
    renew: async (id, fence, ttlMs) => find(id)?.renew(fence, ttlMs) ?? false,
    release: async (id, fence) => find(id)?.release(fence),
    post: async (id, message) => find(id)?.post(message) ?? 'unknown-run',
    messages: async (id) => get(id).messages(),
    changed: async (id, after, signal) => get(id).changed(after, signal),
    async delete(id, fence) {
      const run = get(id);
      run.checkHeld(fence);
      epochs.set(id, run.epoch);
      runs.delete(id);
      run.wake();
    },
  };
}

const pageSize = 1_000;

type Position = Pick<RunSummary, 'createdAt' | 'runId'>;

/** A cursor names the last run of its page, so runs that come and go do not shift the next. */
function listPage(
  summaries: readonly RunSummary[],
  { workflow, status }: RunFilter,
  cursor: string | undefined,
): { readonly runs: readonly RunSummary[]; readonly cursor?: string } {
  const last = cursor === undefined ? undefined : (JSON.parse(cursor) as Position);
  const rest = summaries
    .filter((it) => workflow === undefined || it.workflow === workflow)
    .filter((it) => status === undefined || it.status === status)
    .filter((it) => last === undefined || newestFirst(it, last) > 0)
    .toSorted(newestFirst);
  const page = rest.slice(0, pageSize);
  const end = page.at(-1);
  if (end === undefined || rest.length === page.length) return { runs: page };
  return { runs: page, cursor: JSON.stringify({ createdAt: end.createdAt, runId: end.runId }) };
}

function newestFirst(a: Position, b: Position): number {
  if (a.createdAt !== b.createdAt) return b.createdAt - a.createdAt;
  return a.runId < b.runId ? -1 : a.runId > b.runId ? 1 : 0;
}
