import type { Fence } from '@orch/core/author';

/** What the server has acknowledged to this object about a run that it holds. */
export interface KnownRun {
  readonly fence: Fence;
  readonly version: number;
  /** What of the summary does not change, as it is stored; absent: not seen yet. */
  readonly base?: string;
}

/** The runs that this object holds. A server that knows less than it says here has lost data. */
export class KnownRuns {
  readonly #runs = new Map<string, KnownRun>();

  get(run: string): KnownRun | undefined {
    return this.#runs.get(run);
  }

  /** Only if it is held under that very fence. */
  under(run: string, { epoch, token }: Fence): KnownRun | undefined {
    const known = this.#runs.get(run);
    return known?.fence.epoch === epoch && known.fence.token === token ? known : undefined;
  }

  set(run: string, known: KnownRun): void {
    this.#runs.set(run, known);
  }

  /** A commit was acknowledged. An older one that was sent again takes nothing back. */
  reached(run: string, fence: Fence, { version, base }: { readonly version: number; readonly base: string }): void {
    const known = this.under(run, fence);
    if (known !== undefined) this.#runs.set(run, { fence, version: Math.max(known.version, version), base });
  }

  forget(run: string, fence: Fence): void {
    if (this.under(run, fence) !== undefined) this.#runs.delete(run);
  }
}
