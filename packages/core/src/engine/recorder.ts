import { orchError } from '../errors/orch-error.ts';
import type { Log } from '../executor/executor.ts';
import type { Json } from '../json.ts';
import type { RunLoop } from './run-loop.ts';
import { notWritten } from './run-loop.ts';
import type { SecretGuard } from './secrets.ts';

/** At most so many warnings of a take-up are journalled; the rest go to the log. */
const journalledWarnings = 100;

/** What a plugin keeps in the journal. */
interface Memo {
  readonly plugin: string;
  readonly key: string;
  readonly value: Json;
}

export interface RecorderParts {
  readonly runId: string;
  readonly loop: RunLoop;
  readonly log: Log;
  readonly guard: SecretGuard;
  /** Whether the journal still takes anything. */
  readonly isOpen: () => boolean;
}

/** Writes what is no part of the run's course into its journal: warnings, and what plugins remember. */
export class Recorder {
  readonly #parts: RecorderParts;
  #warnings = 0;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** Journals a warning while there is room, and always says it. `handled`: messages that it answers. */
  warn(message: string, handled: readonly string[] = [], plugin?: string): void {
    const { log, guard, isOpen, loop } = this.#parts;
    const hidden = guard.hide(message);
    log.warn(plugin === undefined ? hidden : `${plugin}: ${hidden}`);
    if (!isOpen()) return;
    if (handled.length === 0 && ++this.#warnings > journalledWarnings) return;
    const by = plugin === undefined ? {} : { plugin };
    loop.submit([{ type: 'warning', message: hidden, ...by }], undefined, handled);
  }

  /** Settles when it is committed; rejects where nothing more is `taken`, and where it would store a secret. */
  remember(memo: Memo, taken: boolean): Promise<void> {
    const written = this.#remember(memo, taken);
    // A tap need not wait for it; unheard, a rejection would end the process.
    written.catch(() => undefined);
    return written;
  }

  #remember(memo: Memo, taken: boolean): Promise<void> {
    const { guard, loop, runId } = this.#parts;
    const secret = guard.find([memo.key, memo.value]);
    if (secret !== undefined) return Promise.reject(holdsSecret(memo, secret));
    return taken ? loop.write([{ type: 'plugin.recorded', ...memo }]) : Promise.reject(notWritten(runId));
  }
}

function holdsSecret({ plugin }: Memo, secret: string): Error {
  return orchError({
    code: 'ORCH_PHASE_SECRET',
    message: `What plugin ${JSON.stringify(plugin)} wanted to remember holds the secret input ${JSON.stringify(secret)}, and was not stored.`,
  });
}
