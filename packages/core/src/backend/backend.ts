import type { Json } from '../json.ts';
import type { RunEvent, RunSummary, StoredRunStatus } from '../run/event.ts';
import type { Fence, Owner } from '../run/owner.ts';
import type { RunPage, StateFinding } from './state-finding.ts';

/** A taking of a run. */
export interface Taking {
  readonly owner: Owner;
  /** Random, new for each taking: a call repeated with the same token answers as the first time, another token is another owner. */
  readonly token: string;
  /** How long the lease lives without a renewal or an append, by the backend's clock. */
  readonly ttlMs: number;
  /** Take it over from this epoch, whose owner the caller knows to be dead. Any other current epoch answers `taken`. */
  readonly overEpoch?: number;
  /**
   * Beside `overEpoch`, where its owner can't be seen: take it over only if its time to live has passed, checked together
   * with the taking. An owner that renews in between keeps the run.
   */
  readonly ifExpired?: boolean;
}

/** Who holds a run. */
export interface Holder {
  readonly by: Owner;
  readonly epoch: number;
  /** When it was taken: wall time in milliseconds since 1970. */
  readonly since: number;
  /** Whether its time to live has passed by the backend's clock. Says nothing about the owner: core decides. */
  readonly expired: boolean;
}

export type Acquired = { readonly status: 'held'; readonly fence: Fence } | ({ readonly status: 'taken' } & Holder);

export type Created = { readonly status: 'created'; readonly fence: Fence } | { readonly status: 'exists' };

export type Appended =
  | { readonly status: 'ok' }
  /** The journal is at this version, not at `expectedVersion`: nothing was written. */
  | { readonly status: 'conflict'; readonly version: number }
  /** A newer epoch holds the run: nothing was written. */
  | { readonly status: 'lost-lease'; readonly epoch: number };

/** A message to a run from outside. */
export interface Message {
  /** Made by the poster; the same id is stored once. */
  readonly id: string;
  readonly body: Json;
}

/** The events of one append: on disk whole or not at all. */
export interface Commit {
  /** The version of the newest event before this commit; 0 for none. */
  readonly expectedVersion: number;
  readonly fence: Fence;
  /** At least one; versions follow on `expectedVersion` without gaps. */
  readonly events: readonly RunEvent[];
  readonly summary: RunSummary;
  /** `true`: on stable storage before `append` answers. `false`: it may wait for a later flush, but survives a killed process. */
  readonly flush: boolean;
  /** Ids of messages whose effect these events are; they leave the inbox with the commit. */
  readonly handled?: readonly string[];
}

export interface RunFilter {
  readonly workflow?: string;
  readonly status?: StoredRunStatus;
}

/**
 * Where journals live. A backend stores and compares, nothing else; what it means is defined by the numbered cases of
 * `backendConformance` in `@orch/testkit`, named here (B01 …). Core checks arguments, so a backend gets sound ones. Conflicts and lost
 * leases are values; a throw means that the backend is unreachable (`ORCH_BACKEND_UNAVAILABLE`) or its state damaged
 * (`ORCH_JOURNAL_DAMAGED`, `ORCH_JOURNAL_TRUNCATED`, `ORCH_JOURNAL_REGRESSED`, `ORCH_JOURNAL_NEWER`: B97). It touches
 * nothing outside its place (B98).
 */
export interface Backend {
  readonly name: string;
  readonly contract: 1;
  /** Opens files or connections; the factory opens none. Called once, however many orchestrators share the backend. */
  open(): Promise<void>;
  /** After it every call rejects with `ORCH_BACKEND_CLOSED` (B02). Lets go of nothing (B96). */
  close(): Promise<void>;
  /**
   * Makes a run with epoch 1 held by the taking (a higher one where a deleted run had the id), so that nobody slips in
   * between (B03, B04, B06, B11, B81). Repeated with the same token it answers as the first time (B05).
   */
  create(
    run: string,
    first: Taking & { readonly events: readonly RunEvent[]; readonly summary: RunSummary },
  ): Promise<Created>;
  /**
   * Atomic compare-and-append under a fence (B12, B13, B25, B26, B28, B90, B93). A commit sent again byte for byte (same expected
   * version, fence and events) answers `ok` without writing twice, also after the fence was lost (B14 … B17, B19); other
   * events after that version under that fence reject with `ORCH_JOURNAL_DAMAGED` (B18). A fence that is lost or let go
   * answers `lost-lease` (B20 … B22); one that the run never had rejects with `ORCH_BACKEND_FENCE` (B23), and an unknown
   * run with `ORCH_RUN_UNKNOWN` (B24). All of that holds between processes (B83, B84), and what was answered with `ok`
   * outlives a killed one (B85). A fence belongs to the process that took it: core uses it in no other, and a backend may
   * leave open what happens then (B88, B89).
   */
  append(run: string, commit: Commit): Promise<Appended>;
  /**
   * The events after a version (default 0: all), in order, a commit or more at a time. It shows a state that was
   * acknowledged or will be: nothing that is shown is dropped later (B26, B29, B31 … B33, B87, B94). What callers do to events
   * changes nothing (B34, B35), and every JSON value comes back as it was (B36 … B45). Rejects with `ORCH_RUN_UNKNOWN`
   * (B30). Where the journal is damaged the commits before the damage come first, then it rejects: what is sound can be
   * copied.
   */
  read(run: string, options?: { readonly after?: number }): AsyncIterable<readonly RunEvent[]>;
  /**
   * Newest first by `createdAt`, then by id in order of UTF-16 code units (B73); pages of at most 1,000 (B76). `cursor`
   * is what the page before answered, and names a place that stays while runs come and go. Shows the summary of the
   * newest commit (B27), to the filter as well (B72, B74, B75, B99). A damaged run hides no other: it is shown as it was last
   * known, or named in `unreadable` (B78).
   */
  list(filter: RunFilter, cursor?: string): Promise<RunPage>;
  /**
   * Takes a run that nobody holds, or that `overEpoch` holds, under a new epoch (B48 … B51, B57, B59, B82;
   * `ifExpired`: B77). An expired lease is still held (B55). A holder's own token answers as the first time (B47). Rejects with `ORCH_RUN_UNKNOWN` (B52).
   */
  acquire(run: string, taking: Taking): Promise<Acquired>;
  /** Who holds the run now; `undefined`: it was let go, or there is no such run. Takes nothing (B46, B52, B55 … B58, B91, B92). */
  holder(run: string): Promise<Holder | undefined>;
  /** `false`: the run is not held under this fence any more (B53, B56). */
  renew(run: string, fence: Fence, ttlMs: number): Promise<boolean>;
  /** Lets go; without effect where the fence does not hold (B54, B58). */
  release(run: string, fence: Fence): Promise<void>;
  /** Puts a message into the run's inbox, each id once for ever (B61, B63, B68, B69, B86, B95). A run with a terminal status refuses (B65 … B67). */
  post(run: string, message: Message): Promise<'posted' | 'finished' | 'unknown-run'>;
  /** Messages not yet handled, in order of arrival. Reading removes nothing (B60, B62, B64, B70). */
  messages(run: string): Promise<readonly Message[]>;
  /** Settles when there are events after the version, or a message, or the signal is aborted; may settle early (B71). Without it core polls. */
  changed?(run: string, after: number, signal: AbortSignal): Promise<void>;
  /**
   * Looks at all that is stored, whether it can be trusted and what was left behind, and changes nothing (B79). Names
   * each damaged run (B80). Without it core reads the journals, which is all that can be told then.
   */
  check?(): Promise<readonly StateFinding[]>;
  /** Removes a run (B07); its epochs outlive it (B08, B09). Rejects with `ORCH_BACKEND_FENCE` where the fence does not hold (B10). */
  delete(run: string, fence: Fence): Promise<void>;
}
