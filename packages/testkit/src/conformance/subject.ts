import { strict as assert } from 'node:assert';
import { isOrchError } from '@orch/core/author';
import type { Backend, Commit, ErrorCode, Fence, Json, Owner, RunEvent, RunSummary } from '@orch/core/author';
import type { StateFinding } from '@orch/core/author';

/** What `create` hands to the suite, made anew for each case. */
export interface BackendUnderTest {
  /** Not yet open; the suite opens and closes it. */
  readonly backend: Backend;
  /** Another object on the same state while the first stays as it is: what the next process after a kill has. Not yet open. */
  readonly reopen?: () => Promise<Backend>;
  /** Moves the clock on by which leases live. */
  readonly advance?: (ms: number) => void | Promise<void>;
  /** Sets the clock by which leases live back, as a time service does. */
  readonly setBack?: (ms: number) => void | Promise<void>;
  /** How other processes make a backend on the same state. */
  readonly processes?: BackendModule;
  /** Spoils what is stored of a run, so that its history can't be read whole; nobody has it open. */
  readonly damage?: (run: string) => void | Promise<void>;
  /** Gives what is stored of a run a format that only a later release knows; nobody has it open. */
  readonly makeNewer?: (run: string) => void | Promise<void>;
  /** All that lies beside the state: files of other folders, keys of other prefixes. Answers the same while none is touched. */
  readonly outside?: () => unknown;
  readonly cleanup: () => void | Promise<void>;
}

/** A backend that a process makes for itself: what can't be handed to it is told by where it stands. */
export interface BackendModule {
  /** Of a file. */
  readonly module: URL;
  /** A function that it exports: answers with the backend, not yet open. */
  readonly name: string;
  /** The one argument of the function, handed over as JSON: where the state is. */
  readonly argument: Json;
}

/** A run that a case has made. */
export interface MadeRun {
  readonly run: string;
  readonly fence: Fence;
}

export const ttlMs = 30_000;

/** The backend under test, with what cases have in common. */
export class Subject {
  readonly backend: Backend;
  readonly #given: BackendUnderTest;
  readonly #reopened: Backend[] = [];
  readonly #ends: (() => Promise<void>)[] = [];
  #made = 0;

  constructor(given: BackendUnderTest) {
    this.#given = given;
    this.backend = given.backend;
  }

  async reopen(): Promise<Subject> {
    const backend = await this.#need('reopen')();
    await backend.open();
    this.#reopened.push(backend);
    return new Subject({ ...this.#given, backend });
  }

  /** How other processes make a backend on the same state. */
  get processes(): BackendModule {
    return this.#need('processes');
  }

  /** Has something ended before the backend is closed. */
  onClose(end: () => Promise<void>): void {
    this.#ends.push(end);
  }

  async advance(ms: number): Promise<void> {
    await this.#need('advance')(ms);
  }

  async setBack(ms: number): Promise<void> {
    await this.#need('setBack')(ms);
  }

  check(): Promise<readonly StateFinding[]> {
    const findings = this.backend.check?.();
    assert.ok(findings, 'the backend must have `check`, or the options must say that it lacks it');
    return findings;
  }

  async damage(run: string): Promise<void> {
    await this.#need('damage')(run);
  }

  async makeNewer(run: string): Promise<void> {
    await this.#need('makeNewer')(run);
  }

  async outside(): Promise<unknown> {
    return this.#need('outside')();
  }

  changed(run: string, after: number, signal: AbortSignal): Promise<void> {
    const settled = this.backend.changed?.(run, after, signal);
    assert.ok(settled, 'the backend must have `changed`, or the options must say that it lacks it');
    return settled;
  }

  /** Makes a run of two events, held under the token `first`. */
  async make(run: string = `run-${++this.#made}`, more: Partial<RunSummary> = {}): Promise<MadeRun> {
    const made = await this.backend.create(run, first(run, more));
    assert.equal(made.status, 'created');
    assert.ok('fence' in made);
    return { run, fence: made.fence };
  }

  append(
    { run, fence }: MadeRun,
    events: readonly RunEvent[],
    more: Partial<Commit> = {},
  ): ReturnType<Backend['append']> {
    return this.backend.append(run, commitOf({ run, fence }, events, more));
  }

  /** All events after a version. */
  async read(run: string, after?: number): Promise<readonly RunEvent[]> {
    const read = after === undefined ? this.backend.read(run) : this.backend.read(run, { after });
    const found: RunEvent[] = [];
    for await (const events of read) found.push(...events);
    return found;
  }

  async versions(run: string, after?: number): Promise<readonly number[]> {
    return (await this.read(run, after)).map(({ version }) => version);
  }

  /** Another owner takes the run over from the one that holds it. */
  async takeOver({ run, fence }: MadeRun, token = 'second'): Promise<MadeRun> {
    const answer = await this.backend.acquire(run, { ...takingOf(token), overEpoch: fence.epoch });
    assert.ok(answer.status === 'held', `expected to take over epoch ${fence.epoch}`);
    return { run, fence: answer.fence };
  }

  async close(): Promise<void> {
    for (const end of this.#ends) await end();
    for (const backend of [this.backend, ...this.#reopened]) await backend.close();
  }

  #need<Member extends keyof BackendUnderTest>(member: Member): NonNullable<BackendUnderTest[Member]> {
    const given = this.#given[member];
    assert.ok(given, `create() must answer \`${member}\`, or \`lacks\` must name the capability that needs it`);
    return given;
  }
}

export function ownerOf(token: string): Owner {
  return { host: 'here', machine: 'm', boot: 'b', namespace: 'n', pid: token.length, startTime: token };
}

export function takingOf(token: string): { readonly owner: Owner; readonly token: string; readonly ttlMs: number } {
  return { owner: ownerOf(token), token, ttlMs };
}

export function first(run: string, more: Partial<RunSummary> = {}, token = 'first'): Parameters<Backend['create']>[1] {
  return { ...takingOf(token), events: eventsOf(1, 2), summary: summaryOf(run, { version: 2, ...more }) };
}

/** Events of versions `from` to `to`, told apart by what they say. */
export function eventsOf(from: number, to: number, says = 'event'): RunEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => saying(from + index, `${says} ${from + index}`));
}

export function saying(version: number, message: string): RunEvent {
  return { type: 'warning', version, at: 1_000 + version, epoch: 1, message };
}

/** An event that carries a value. */
export function carrying(version: number, value: Json): RunEvent {
  return { type: 'plugin.recorded', version, at: 1_000 + version, epoch: 1, plugin: 'p', key: 'k', value };
}

export function commitOf({ run, fence }: MadeRun, events: readonly RunEvent[], more: Partial<Commit> = {}): Commit {
  const version = events.at(-1)!.version;
  return {
    expectedVersion: events[0]!.version - 1,
    fence,
    events,
    summary: summaryOf(run, { version, updatedAt: 1_000 + version }),
    flush: true,
    ...more,
  };
}

export function summaryOf(runId: string, more: Partial<RunSummary> = {}): RunSummary {
  return {
    runId,
    workflow: 'w',
    status: 'running',
    createdAt: 1_000,
    updatedAt: 1_002,
    version: 2,
    phases: 3,
    completed: 0,
    failed: 0,
    ...more,
  };
}

/** Fails unless the call rejects with the code. */
export async function rejects(call: Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<void> {
  try {
    await call;
  } catch (error) {
    const code = isOrchError(error) ? error.code : undefined;
    assert.ok(
      codes.includes(code as ErrorCode),
      `expected ${codes.join(' or ')}, but it rejected with ${String(error)}`,
    );
    return;
  }
  assert.fail(`expected a rejection with ${codes.join(' or ')}`);
}
