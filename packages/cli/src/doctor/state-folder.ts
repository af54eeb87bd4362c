import { accessSync, constants, statSync } from 'node:fs';
import type { StateFinding } from '@orch/core';
import { markedFolders } from '@orch/plugin-command';
import { shellWord } from '../view/text.ts';
import type { Check } from './check.ts';

/** Who may read and write the state folder; it is there. */
export function accessChecks(directory: string): readonly Check[] {
  const checks = [...openToOthers(directory), ...notUsable(directory)];
  return checks.length > 0 ? checks : [{ ok: `${directory} is for this user only, and can be written` }];
}

function openToOthers(directory: string): readonly Check[] {
  // Windows has no such bits.
  if (process.platform === 'win32' || (statSync(directory).mode & 0o077) === 0) return [];
  return [
    warning(
      directory,
      'is open to other users: journals and logs can be read by them.',
      `chmod 700 ${shellWord(directory)}`,
    ),
  ];
}

function notUsable(directory: string): readonly Check[] {
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return [];
  } catch {
    const hint = `See: ls -ld ${shellWord(directory)}`;
    return [warning(directory, 'cannot be written by this user: no run can be started or taken up.', hint)];
  }
}

function warning(directory: string, words: string, hint: string): Check {
  const message = `${directory} ${words}`;
  return { finding: { code: 'ORCH_STATE_ACCESS', severity: 'warning', file: directory, message, hint } };
}

/** Logs of removed runs, which their removal was killed before: a folder without a journal that is nobody's loss. */
export function withRemovals(directory: string, findings: readonly StateFinding[]): readonly StateFinding[] {
  const marked = new Set(markedFolders(directory).map(({ path }) => path));
  return findings.map((finding) =>
    finding.code === 'ORCH_STATE_FOREIGN' && marked.has(finding.file ?? '')
      ? {
          ...finding,
          code: 'ORCH_STATE_LEFTOVER',
          severity: 'note',
          message: `${finding.file} has the logs of a run that was removed.`,
          hint: 'A removal was killed before its end. The next `orch prune` finishes it.',
        }
      : finding,
  );
}
