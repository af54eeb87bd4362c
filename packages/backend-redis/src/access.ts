import { orchError, unknownRun } from '@orch/core/author';
import type { Clock, Fence, OrchError } from '@orch/core/author';
import { Connection } from './connection.ts';
import { damaged, newer, regressed } from './damage.ts';
import { isWrongType } from './failure.ts';
import { Keys } from './keys.ts';
import { KnownRuns } from './known.ts';
import { run as runScript } from './scripts.ts';
import type { Answer, Script } from './scripts.ts';
import type { Settings } from './settings.ts';

/** The server, and what this object knows of it. */
export class Access {
  readonly connection: Connection;
  readonly keys: Keys;
  readonly known: KnownRuns = new KnownRuns();

  constructor(settings: Settings, clock: Clock) {
    this.connection = new Connection(settings, clock);
    this.keys = new Keys(settings.prefix);
  }

  /** Runs a script on keys of one run. */
  script(run: string, script: Script, keys: readonly string[], ...args: readonly (string | number)[]): Promise<Answer> {
    return this.connection.call(
      (redis) => runScript(redis, script, keys, ...args),
      (error) => this.foreign(run, error),
    );
  }

  /** A key that somebody else has put something else into. */
  foreign(run: string, error: unknown): OrchError | undefined {
    return isWrongType(error) ? this.damaged(run, 'it is not of the type that orch writes') : undefined;
  }

  damaged(run: string, what: unknown, version: number = this.known.get(run)?.version ?? 0): OrchError {
    return damaged({ key: this.keys.journal(run), version, what: String(what) });
  }

  /** The error of an answer that no call expects. */
  refused(run: string, [word, detail]: Answer): OrchError {
    switch (word) {
      case 'unknown':
        return this.unknown(run, Number(detail));
      case 'damaged':
        return this.damaged(run, detail);
      case 'newer':
        return newer(this.keys.head(run), String(detail));
      default:
        return orchError({ code: 'ORCH_INTERNAL', message: `A script answered ${word} for run ${run}.` });
    }
  }

  /** There is no such run. One that this object holds can't be deleted by others, but under a higher epoch. */
  unknown(run: string, newestEpoch: number): OrchError {
    const known = this.known.get(run);
    if (known === undefined || newestEpoch >= known.fence.epoch) return unknownRun(run);
    return this.regressed(run, known.version);
  }

  /** Rejects where the server has forgotten what it acknowledged to the holder of this fence. */
  checkAgainst(run: string, fence: Fence, answer: Answer): void {
    const known = this.known.under(run, fence);
    const [word, epoch, version] = answer;
    if (known === undefined || typeof version !== 'number') return;
    // Under a newer epoch the run may have been deleted and made again, and its versions mean nothing here.
    const isGone = word === 'fence' ? Number(epoch) <= fence.epoch : version < known.version;
    if (isGone) throw this.regressed(run, known.version, version);
  }

  regressed(run: string, known: number, version?: number): OrchError {
    const found = { server: this.connection.server, run, known };
    return regressed(version === undefined ? found : { ...found, version });
  }
}
