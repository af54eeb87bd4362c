import { existsSync } from 'node:fs';
import type { AttemptReport, RunEvent } from '@orch/core';
import type { Json, Owner, Plugin } from '@orch/core/author';
import { processHost } from '@orch/core/node';
import { attemptLogPath, attemptStdoutPath } from '@orch/plugin-command';
import type { BackendPlace } from '../backend/backend-place.ts';
import type { PrintedFiles } from './log-printer.ts';

/** Where output of commands stands: on the machine that ran them, wherever the journal is. */
export interface LogPlace {
  readonly host: string;
  /** Names the machine through reboots. */
  readonly machine: string;
  /** The state folder. Absent: the journal does not say it, for it was beside the logs. */
  readonly folder?: string;
}

const pluginName = 'cli-logs';
const key = 'place';

/**
 * Notes in the journal where the logs are, each time that it is another place than before. None for a journal that is
 * beside the logs: whoever reads it has them.
 */
export function logPlacePlugin({ name }: BackendPlace, directory: string): readonly Plugin[] {
  if (name === 'json') return [];
  return [
    {
      name: pluginName,
      contract: 1,
      apply: ({ hooks }) =>
        hooks.beforeRun.tap(pluginName, async ({ memory }) => {
          const { host, machine } = processHost().owner;
          const last = readPlace(memory.get(key));
          if (last?.machine !== machine || last.host !== host || last.folder !== directory)
            await memory.set(key, { host, machine, folder: directory });
        }),
    },
  ];
}

/** Where the logs of a run are, as its journal tells it. */
export class LogPlaces {
  readonly #runId: string;
  readonly #here: Required<LogPlace>;
  readonly #beside: boolean;
  readonly #places = new Map<string, LogPlace>();
  readonly #ofAttempt = new Map<string, LogPlace>();
  #owner: Owner | undefined;
  #noted: LogPlace | undefined;

  /** `at`: where the journal is, `directory`: the state folder here. */
  constructor(runId: string, at: BackendPlace, directory: string) {
    const { host, machine } = processHost().owner;
    this.#runId = runId;
    this.#here = { host, machine, folder: directory };
    this.#beside = at.name === 'json';
  }

  /** Whether `add` has to be told the events. */
  get needEvents(): boolean {
    return !this.#beside;
  }

  add(event: RunEvent): void {
    if (this.#beside) return;
    if (event.type === 'run.started') this.#owner = event.owner;
    else if (event.type === 'plugin.recorded' && event.plugin === pluginName && event.key === key)
      this.#noted = readPlace(event.value);
    else if (event.type === 'phase.started') this.#began(event.key);
  }

  #began(attempt: string): void {
    const place = this.#placeNow();
    const name = JSON.stringify([place.host, place.machine, place.folder]);
    const known = this.#places.get(name) ?? place;
    this.#places.set(name, known);
    this.#ofAttempt.set(attempt, known);
  }

  #placeNow(): LogPlace {
    if (this.#noted !== undefined) return this.#noted;
    const { host, machine } = this.#owner ?? this.#here;
    return machine === this.#here.machine ? this.#here : { host, machine };
  }

  /** In the order in which they were used. */
  get all(): readonly LogPlace[] {
    return this.#beside ? [this.#here] : [...this.#places.values()];
  }

  /** The log of an attempt, as a file of the machine where it is. */
  fileOf(attempt: AttemptReport): string {
    return this.#logIn(this.#folderOf(attempt), attempt);
  }

  /** What an attempt printed: its log, and its stdout where that is its output. */
  filesOf(attempt: AttemptReport): PrintedFiles {
    const stdout = attemptStdoutPath(this.#folderOf(attempt), this.#runId, attempt);
    return { log: this.fileOf(attempt), stdout };
  }

  /** The host of an attempt's log, where that is another machine; a file that was brought here counts as here. */
  elsewhere(attempt: AttemptReport): string | undefined {
    const { machine, host } = this.#of(attempt);
    return machine === this.#here.machine || existsSync(this.fileOf(attempt)) ? undefined : host;
  }

  /** The same for people: `HOST:FILE` where it is on another machine; `undefined`: there is none, as of a function. */
  describe(attempt: AttemptReport): string | undefined {
    const host = this.elsewhere(attempt);
    const file = this.fileOf(attempt);
    if (host !== undefined) return `${host}:${file}`;
    return existsSync(file) ? file : undefined;
  }

  /** The state folder of an attempt, where that is another one of this machine. */
  otherFolder(attempt: AttemptReport): string | undefined {
    const { machine, folder } = this.#of(attempt);
    return machine === this.#here.machine && folder !== this.#here.folder ? folder : undefined;
  }

  /** The one that was noted, or the one here where the log was brought here, as with a copy of the run. */
  #folderOf(attempt: AttemptReport): string {
    const { folder = '(state folder)' } = this.#of(attempt);
    const here = this.#here.folder;
    if (folder === here || existsSync(this.#logIn(folder, attempt))) return folder;
    return existsSync(this.#logIn(here, attempt)) ? here : folder;
  }

  #logIn(folder: string, attempt: AttemptReport): string {
    return attemptLogPath(folder, this.#runId, attempt);
  }

  #of({ key: attempt }: AttemptReport): LogPlace {
    return this.#ofAttempt.get(attempt) ?? this.#here;
  }
}

function readPlace(value: Json | undefined): Required<LogPlace> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { host, machine, folder } = value as { readonly [name: string]: Json };
  const isPlace = typeof host === 'string' && typeof machine === 'string' && typeof folder === 'string';
  return isPlace ? { host, machine, folder } : undefined;
}
