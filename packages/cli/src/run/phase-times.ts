import type { RunEvent } from '@orch/core';
import { Intervals } from './intervals.ts';

/** A phase since the run was created, or since the phase was last reset. */
export interface PhaseTime {
  /** When it was reset; absent: it never was. */
  readonly resetAt?: number;
  /** Of its first attempt. */
  readonly startedAt?: number;
  /** When it completed, failed for good, or was skipped or cancelled. */
  readonly endedAt?: number;
  /** Repairs are none. */
  readonly attempts: number;
  /** While an attempt or a repair was at work. */
  readonly busyMs: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Entry = Writable<PhaseTime> & { runningSince?: number };

/** When the phases of a run began and ended, what they waited for, and when nobody drove it: the journal, folded. */
export class PhaseTimes {
  /** Nobody drove the run. */
  readonly undriven: Intervals = new Intervals();
  /** As many phases ran as may run at once. */
  readonly full: Intervals = new Intervals();
  readonly #phases = new Map<string, Entry>();
  readonly #running = new Set<Entry>();
  #concurrency = Infinity;
  #fullSince: number | undefined;
  #last: Pick<RunEvent, 'at' | 'epoch'> | undefined;

  of(phase: string): PhaseTime | undefined {
    return this.#phases.get(phase);
  }

  add(event: RunEvent): void {
    const last = this.#last;
    this.#last = { at: event.at, epoch: event.epoch };
    if (last !== undefined && event.epoch > last.epoch) {
      this.#endFull(last.at);
      this.undriven.add(last.at, event.at);
    }
    this.#addToPhases(event);
    if (this.#running.size >= this.#concurrency) this.#fullSince ??= event.at;
    else this.#endFull(event.at);
  }

  #endFull(at: number): void {
    if (this.#fullSince !== undefined) this.full.add(this.#fullSince, at);
    this.#fullSince = undefined;
  }

  #addToPhases(event: RunEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#concurrency = event.concurrency;
        return;
      case 'run.reset':
        for (const name of event.phases) this.#phases.set(name, { resetAt: event.at, attempts: 0, busyMs: 0 });
        return;
      case 'phase.started':
        return this.#start(this.#entry(event.phase), event);
      case 'phase.completed':
        return this.#stop(this.#entry(event.phase), event, { final: event.part === 'main' });
      case 'phase.failed':
        return this.#stop(this.#entry(event.phase), event, { final: event.retryAt === undefined });
      case 'phase.interrupted':
        return this.#stop(this.#entry(event.phase), event, { final: false });
      case 'phase.skipped':
      case 'phase.cancelled':
        for (const name of event.phases) this.#stop(this.#entry(name), event, { final: true });
        return;
      default:
    }
  }

  #entry(name: string): Entry {
    let entry = this.#phases.get(name);
    if (entry === undefined) this.#phases.set(name, (entry = { attempts: 0, busyMs: 0 }));
    return entry;
  }

  #start(entry: Entry, event: RunEvent & { readonly type: 'phase.started' }): void {
    if (event.part === 'main') entry.attempts++;
    entry.startedAt ??= event.at;
    entry.runningSince = event.at;
    this.#running.add(entry);
    delete entry.endedAt;
  }

  #stop(entry: Entry, event: RunEvent, { final }: { readonly final: boolean }): void {
    if (entry.runningSince !== undefined) {
      const ended = event.type === 'phase.interrupted' ? this.#lastSeen(entry.runningSince, event.at) : event.at;
      entry.busyMs += 'durationMs' in event ? event.durationMs : Math.max(0, ended - entry.runningSince);
      delete entry.runningSince;
      this.#running.delete(entry);
    }
    if (final) entry.endedAt = event.at;
  }

  /** What was lost while nobody drove the run may have ended at once: that time is the gap's. */
  #lastSeen(startedAt: number, endedAt: number): number {
    const gap = this.undriven.last;
    return gap !== undefined && gap.from >= startedAt && gap.to <= endedAt ? gap.from : endedAt;
  }
}
