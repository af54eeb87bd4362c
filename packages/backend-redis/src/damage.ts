import { orchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';

interface Damage {
  readonly key: string;
  /** The newest version that can be trusted. */
  readonly version: number;
  readonly what: string;
}

export function damaged({ key, version, what }: Damage): OrchError {
  return orchError({
    code: 'ORCH_JOURNAL_DAMAGED',
    message: `${key} is damaged after version ${version}: ${what}.`,
    hint: 'Nothing was changed. Restore the server from a backup; other runs are not concerned.',
  });
}

export function newer(key: string, format: string): OrchError {
  return orchError({
    code: 'ORCH_JOURNAL_NEWER',
    message: `${key} is of format ${format}; this release reads format 1.`,
    hint: 'Use the release of orch that wrote it, or a later one.',
  });
}

interface Regress {
  readonly server: string;
  readonly run: string;
  readonly known: number;
  /** The version that it is at; absent: there is no such run, or it is another one. */
  readonly version?: number;
}

export function regressed({ server, run, known, version }: Regress): OrchError {
  const found = version === undefined ? 'does not know that run any more' : `has it at version ${version}`;
  return orchError({
    code: 'ORCH_JOURNAL_REGRESSED',
    message: `Run ${run} was acknowledged up to version ${known}, but ${server} ${found}.`,
    hint:
      'The server was restarted without persistence, flushed, restored from an older backup, or failed over to a replica that ' +
      'lagged behind. Nothing was changed. Find out which, restore the newest data, then recover the run.',
  });
}
