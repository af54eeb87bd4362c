import type { RunEvent } from '@orch/core';

/** What the attempts at one phase came to. */
export interface PhaseTally {
  /** How long the attempts took that completed. */
  readonly times: number[];
  failed: number;
  interrupted: number;
  /** Attempts that were made because the one before had failed. */
  retries: number;
  /** In attempts that failed or were interrupted. */
  lostMs: number;
  /** What it had taken, each time that a take-up did not run it again. */
  savedMs: number;
}

interface PhaseState {
  startedAt: number;
  timeoutMs: number;
  willRetry: boolean;
  /** How long the attempt took by which it is completed now. */
  completedMs?: number;
}

/** What one run came to, counted from its events. */
export class RunTally {
  readonly phases = new Map<string, PhaseTally>();
  workflow = '';
  /** How it ended; absent: it has not. */
  end: 'completed' | 'failed' | 'cancelled' | undefined;
  /** Whether it was taken up again, other than at the time that it had waited for. */
  isRecovered = false;
  readonly #states = new Map<string, PhaseState>();
  #takeUps = 0;
  #waits = false;

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run.created':
        this.workflow = event.workflow.id;
        return;
      case 'run.started':
        return this.#takeUp();
      case 'run.waiting':
        this.#waits = true;
        return;
      case 'run.reset':
        for (const name of event.phases) this.#states.delete(name);
        return;
      case 'run.completed':
        this.end = 'completed';
        return;
      case 'run.failed':
        this.end = 'failed';
        return;
      case 'run.cancelled':
        this.end = 'cancelled';
        return;
      default:
        this.#addToPhase(event);
    }
  }

  #takeUp(): void {
    this.end = undefined;
    this.#takeUps++;
    if (this.#takeUps > 1 && !this.#waits) {
      this.isRecovered = true;
      for (const [name, { completedMs = 0 }] of this.#states) this.#phase(name).savedMs += completedMs;
    }
    this.#waits = false;
  }

  #addToPhase(event: RunEvent): void {
    switch (event.type) {
      case 'phase.started': {
        const state = this.#states.get(event.phase);
        if (event.part === 'main' && state?.willRetry === true) this.#phase(event.phase).retries++;
        const willRetry = event.part === 'repair' && state?.willRetry === true;
        const timeoutMs = event.timeoutMs ?? Infinity;
        this.#states.set(event.phase, { startedAt: event.at, timeoutMs, willRetry });
        return;
      }
      case 'phase.completed': {
        const state = this.#states.get(event.phase);
        if (state === undefined || event.part === 'repair') return;
        state.completedMs = event.durationMs;
        this.#phase(event.phase).times.push(event.durationMs);
        return;
      }
      case 'phase.failed': {
        // One that could not be started had no attempt.
        if (event.attempt === 0) return;
        const state = this.#states.get(event.phase);
        if (state !== undefined) state.willRetry = event.retryAt !== undefined;
        const phase = this.#phase(event.phase);
        phase.failed++;
        phase.lostMs += event.durationMs;
        return;
      }
      case 'phase.interrupted': {
        const { startedAt = event.at, timeoutMs = Infinity } = this.#states.get(event.phase) ?? {};
        const phase = this.#phase(event.phase);
        phase.interrupted++;
        phase.lostMs += Math.min(timeoutMs, Math.max(0, event.at - startedAt));
        return;
      }
      default:
    }
  }

  #phase(name: string): PhaseTally {
    let phase = this.phases.get(name);
    if (phase === undefined)
      this.phases.set(name, (phase = { times: [], failed: 0, interrupted: 0, retries: 0, lostMs: 0, savedMs: 0 }));
    return phase;
  }
}
