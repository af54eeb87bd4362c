import { WriteStream } from 'node:tty';
import type { Json, RunEvent } from '@orch/core';
import type { EventBody } from '@orch/core/author';
import { FoldedRun } from '../src/run/folded-run.ts';

export const owner = { host: 'here', machine: 'm', boot: 'b', namespace: 'n', pid: 7, startTime: '1' };

export interface JournalSettings {
  readonly retryCount?: number;
  /** Of all phases. */
  readonly options?: { readonly [key: string]: Json };
  readonly workflow?: string;
  /** Phases at once; default: 2. */
  readonly concurrency?: number;
  /** What phases depend on. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
  /** Phases whose failure is none of the run's. */
  readonly forgiven?: readonly string[];
}

/** A journal in the making, for tests of what is shown of it. */
export class Journal {
  readonly events: RunEvent[] = [];
  at = 1_000_000;
  epoch = 1;

  /** Begins with `run.created` and `run.started`. */
  constructor(phases: readonly string[], settings: JournalSettings = {}) {
    const { retryCount, workflow = 'demo', forgiven = [], needs = {} } = settings;
    const options = settings.options ?? (retryCount === undefined ? undefined : { retry_count: retryCount });
    this.add({
      type: 'run.created',
      format: 1,
      workflow: {
        id: workflow,
        phases: phases.map((name) => ({
          name,
          kind: 'command',
          ...(needs[name] === undefined ? {} : { dependsOn: needs[name] }),
          ...(forgiven.includes(name) ? { continueOnFailure: true } : {}),
        })),
        ...(options === undefined ? {} : { defaults: { options } }),
      },
      workflowHash: '',
      inputs: {},
      options: {},
      directory: '/somewhere',
    });
    this.add({ type: 'run.started', owner, orchVersion: '0', concurrency: settings.concurrency ?? 2 });
  }

  add(body: EventBody): RunEvent {
    const event: RunEvent = { ...body, version: this.events.length + 1, at: this.at, epoch: this.epoch };
    this.events.push(event);
    return event;
  }

  /** Another process takes the run up. */
  takeUp(): RunEvent {
    this.epoch++;
    return this.add({ type: 'run.started', owner: { ...owner, pid: 8 }, orchVersion: '0', concurrency: 2 });
  }

  start(phase: string, attempt = 1): RunEvent {
    return this.add({ type: 'phase.started', phase, attempt, part: 'main', key: `${phase}-${attempt}` });
  }

  complete(phase: string, attempt = 1): RunEvent {
    return this.add({ type: 'phase.completed', phase, attempt, part: 'main', exitCode: 0, durationMs: 1_200 });
  }

  /** `retryInMs`: absent for a final failure. */
  fail(phase: string, { attempt = 1, retryInMs }: { attempt?: number; retryInMs?: number } = {}): RunEvent {
    return this.add({
      type: 'phase.failed',
      phase,
      attempt,
      part: 'main',
      exitCode: 2,
      class: 'exit',
      charge: true,
      durationMs: 300,
      error: { code: 'ORCH_PHASE_EXIT', message: 'The command ended with exit code 2.', hint: 'Read its log.' },
      ...(retryInMs === undefined ? {} : { retryAt: this.at + retryInMs, delayMs: retryInMs }),
    });
  }

  repair(phase: string, attempt: number): RunEvent {
    return this.add({ type: 'phase.started', phase, attempt, part: 'repair', key: `${phase}-${attempt}` });
  }

  /** A rate limit that ends at some time. */
  limit(phase: string, { attempt = 1, until }: { attempt?: number; until: number }): RunEvent {
    return this.add({
      type: 'phase.failed',
      phase,
      attempt,
      part: 'main',
      exitCode: 2,
      class: 'rate-limited',
      charge: false,
      durationMs: 300,
      retryAt: until,
      error: { code: 'ORCH_PHASE_EXIT', message: 'The command ended with exit code 2.' },
    });
  }

  /** It fails before it is started. */
  refuse(phase: string): RunEvent {
    return this.add({
      type: 'phase.failed',
      phase,
      attempt: 0,
      part: 'main',
      class: 'unknown',
      charge: true,
      durationMs: 0,
      error: { code: 'ORCH_PHASE_CONDITION', message: 'No such key: x' },
    });
  }

  replan(phases: readonly string[], changes: readonly string[]): RunEvent {
    const [created] = this.events;
    if (created?.type !== 'run.created') throw new Error('the journal has no beginning');
    const workflow = { ...created.workflow, phases: phases.map((name) => ({ name, kind: 'command' })) };
    return this.add({ type: 'run.replanned', workflow, changes });
  }

  /** All of it, folded. */
  folded(): FoldedRun {
    const run = new FoldedRun('bcdfghjkmn');
    for (const event of this.events) run.add(event);
    return run;
  }
}

/** A journal that tells nothing. */
export async function* nothing(): AsyncIterable<RunEvent> {}

/** Collects what is written to it. */
export class FakeStream {
  readonly isTTY: boolean;
  columns: number;
  rows: number;
  text = '';
  writes = 0;
  writableLength = 0;
  readonly #onResize = new Set<() => void>();

  constructor({ isTTY = false, columns = 80, rows = 24 } = {}) {
    this.isTTY = isTTY;
    this.columns = columns;
    this.rows = rows;
  }

  /** As that of a terminal. */
  getColorDepth(environment?: object): number {
    return WriteStream.prototype.getColorDepth.call(this, environment);
  }

  write(text: string): void {
    this.text += text;
    this.writes++;
  }

  on(_event: 'resize', listener: () => void): void {
    this.#onResize.add(listener);
  }

  off(_event: 'resize', listener: () => void): void {
    this.#onResize.delete(listener);
  }

  resize({ columns = this.columns, rows = this.rows }: { columns?: number; rows?: number }): void {
    this.columns = columns;
    this.rows = rows;
    for (const listener of this.#onResize) listener();
  }
}

/** What a terminal of some width shows after it was written to: enough of one for line feeds, cursor up and erase. */
export function screenOf(text: string, columns: number): string[] {
  const rows: string[] = [''];
  let row = 0;
  let column = 0;
  let wraps = true;
  for (const [token] of visibleEscapes(text).matchAll(/␛\[\??\d*[A-Za-z]|[\s\S]/gu)) {
    const [, amount = '', code] = /^␛\[(\??\d*)([A-Za-z])$/.exec(token) ?? [];
    if (code === 'A') row = Math.max(0, row - Number(amount || 1));
    else if (code === 'J') rows.splice(row, rows.length, (rows[row] ?? '').slice(0, column));
    else if (code === 'K') rows[row] = '';
    else if (amount === '?7') wraps = code === 'h';
    else if (code !== undefined) continue;
    else if (token === '\r') column = 0;
    else if (token === '\n') [row, column] = [row + 1, 0];
    else {
      if (column === columns) [row, column] = wraps ? [row + 1, 0] : [row, column - 1];
      const before = (rows[row] ?? '').padEnd(column);
      rows[row] = before.slice(0, column) + token + before.slice(column + 1);
      column++;
    }
    rows[row] ??= '';
  }
  return rows;
}

/** Text with a character for ESC that can be seen. */
export function visibleEscapes(text: string): string {
  return text.replaceAll('\u001B', '␛');
}
