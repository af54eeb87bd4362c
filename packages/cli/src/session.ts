import { Orchestrator } from '@orch/core';
import type { AttemptReport, Log, RunEvent } from '@orch/core';
import type { Plugin } from '@orch/core/author';
import { attemptLogPath } from '@orch/plugin-command';
import { defaultPreset } from './preset.ts';
import { findStatePlace } from './state-place.ts';
import type { StatePlace } from './state-place.ts';
import { say } from './streams.ts';
import { tracer } from './tracer.ts';
import { harmless } from './view/text.ts';

export interface SessionOptions {
  readonly stateDir?: string | undefined;
  readonly concurrency?: number | undefined;
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
  readonly plugins: readonly Plugin[];
  listener: Listener | undefined;
  /** Where the output of an attempt stands. */
  logPath(runId: string, attempt: AttemptReport): string;
}

/** Opens nothing on disk yet: the backend is opened by the first call that needs it. */
export function openSession({ stateDir, concurrency }: SessionOptions): Session {
  const place = findStatePlace(stateDir);
  const given = defaultPreset({ stateDirectory: place.directory });
  const preset = tracer()?.trace(given) ?? given;
  const plugins = preset.plugins ?? [];
  const note = (text: string): void => {
    tracer()?.note(text);
    (session.listener?.note ?? say)(harmless(text));
  };
  const log: Log = { info: note, warn: (message) => note(`warning: ${message}`) };
  const orchestrator = new Orchestrator({
    ...preset,
    plugins: [...plugins, viewPlugin((event) => session.listener?.event(event))],
    log,
    ...(concurrency === undefined ? {} : { concurrency }),
  });
  const session: Session = {
    orchestrator,
    place,
    plugins,
    listener: undefined,
    logPath: (runId, attempt) => attemptLogPath(place.directory, runId, attempt),
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
