import { Orchestrator } from '@orch/core';
import type { AttemptReport, Log, RunEvent } from '@orch/core';
import type { Plugin } from '@orch/core/author';
import { attemptLogPath } from '@orch/plugin-command';
import { parseBackend } from './backend/backend-place.ts';
import type { BackendPlace } from './backend/backend-place.ts';
import { makeBackend } from './backend/open-backend.ts';
import { sessionParts } from './config/session-parts.ts';
import { logPlacePlugin } from './run/log-places.ts';
import { findStatePlace } from './state-place.ts';
import type { StatePlace } from './state-place.ts';
import { say } from './streams.ts';
import { tracer } from './tracer.ts';
import { harmless } from './view/text.ts';

export interface SessionOptions {
  readonly stateDir?: string | undefined;
  readonly concurrency?: number | undefined;
  /** Default: JSON files in the state folder. */
  readonly at?: BackendPlace;
}

/** Who hears what happens in this process: a view, while there is one. */
export interface Listener {
  readonly event: (event: RunEvent) => void;
  readonly note: (text: string) => void;
}

/** An orchestrator on the state that the command line names. */
export interface Session extends AsyncDisposable {
  readonly orchestrator: Orchestrator;
  readonly place: StatePlace;
  /** Where its journals are; logs are in the state folder all the same. */
  readonly at: BackendPlace;
  readonly plugins: readonly Plugin[];
  listener: Listener | undefined;
  /** Where the output of an attempt of this machine stands. */
  logPath(runId: string, attempt: AttemptReport): string;
}

/** Opens nothing on disk yet: the backend is opened by the first call that needs it. */
export async function openSession({ stateDir, concurrency, at: given }: SessionOptions): Promise<Session> {
  const place = findStatePlace(stateDir);
  const { directory } = place;
  const at = given ?? parseBackend('json', { from: '', directory });
  // A plugin may speak when it is applied, before there is one.
  let session: Session | undefined;
  const note = (text: string): void => {
    tracer()?.note(text);
    (session?.listener?.note ?? say)(harmless(text));
  };
  const warn = (message: string): void => note(`warning: ${message}`);
  const log: Log = { info: note, warn };
  const parts = sessionParts({ stateDirectory: directory, backend: await makeBackend(at, warn) });
  const preset = tracer()?.trace(parts) ?? parts;
  const plugins = preset.plugins ?? [];
  const orchestrator = new Orchestrator({
    ...preset,
    plugins: [...plugins, viewPlugin((event) => session?.listener?.event(event)), ...logPlacePlugin(at, directory)],
    log,
    ...(concurrency === undefined ? {} : { concurrency }),
  });
  session = {
    orchestrator,
    place,
    at,
    plugins,
    listener: undefined,
    logPath: (runId, attempt) => attemptLogPath(directory, runId, attempt),
    [Symbol.asyncDispose]: () => orchestrator.close(),
  };
  return session;
}

function viewPlugin(hear: (event: RunEvent) => void): Plugin {
  return {
    name: 'cli-view',
    contract: 1,
    apply: ({ hooks }) => hooks.onEvent.tap('cli-view', hear),
  };
}
