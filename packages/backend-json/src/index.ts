import { optionKinds, refuseValue } from '@orch/core/author';
import type { Backend } from '@orch/core/author';
import { nodeFiles } from './files.ts';
import { makeJsonBackend } from './json-backend.ts';

export { finishRemoval, unfinishedRemovals } from './removals.ts';

/**
 * Keeps runs as plain files on a local disk, one folder a run: `<folder>/runs/<run>/`. Nothing is opened or made before
 * a run is.
 *
 * Rejects with `ORCH_BACKEND_UNAVAILABLE` where the file system refuses, and with `ORCH_JOURNAL_DAMAGED`,
 * `ORCH_JOURNAL_TRUNCATED` or `ORCH_JOURNAL_NEWER` where a journal is not what was written; each names the file, the
 * byte and what to do. Network and synced folders are not supported.
 *
 * @throws `ORCH_OPTION_INVALID` where the folder is no text.
 * @param folder Usually `.orch`. Made with its own `.gitignore`, for this user only.
 * @example
 * const orch = new Orchestrator({ backend: jsonBackend('.orch') });
 */
export function jsonBackend(folder: string): Backend {
  refuseValue('jsonBackend: folder', folder, optionKinds.path, "As in jsonBackend('.orch').");
  return makeJsonBackend(folder, nodeFiles);
}
