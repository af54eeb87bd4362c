import type { AttemptReport, RunEvent, RunStatus } from '@orch/core';
import type { ExitCode } from '../catalogue.ts';
import { configInForce } from '../config/config-in-force.ts';
import type { FoldedRun } from '../run/folded-run.ts';
import type { ResultMap } from '../run/result.ts';
import { say } from '../streams.ts';
import type { TextStream } from './colour.ts';

/** Shows a run while it goes on. Hears events after they were folded into the run. */
export interface View {
  news(event: RunEvent): void;
  /** A line of words for people: of a plugin, of orch itself. */
  note(text: string): void;
  /** The run has come to an end, or this process lets go of it. Settles when that was written. */
  end(end: RunEnd): Promise<void> | void;
  /** Takes down what is live; nothing is shown afterwards. */
  close(): void;
}

/** How it ended for this process. */
export interface RunEnd {
  readonly status: RunStatus;
  readonly exitCode: ExitCode;
  /** The command line to call next; absent where nothing is left to do. */
  readonly next?: string;
  /** For those who asked for JSON, where the view writes it. */
  readonly result?: ResultMap;
}

export interface ViewOptions {
  readonly run: FoldedRun;
  readonly stream: TextStream;
  /** Whether warnings come as notes too, as they do in the process that drives the run: then their events say nothing new. */
  readonly warningsAreNotes: boolean;
  /** Its workflow, where that is known before its first event. */
  readonly workflow?: string | undefined;
  /** Where the output of an attempt stands; absent: it has none. */
  readonly logPath: (attempt: AttemptReport) => string | undefined;
  /** What a command line has to add to find the run. */
  readonly flags: string;
  /** The journal's events after a version. */
  readonly read: (after: number) => AsyncIterable<RunEvent>;
}

export const outputKinds = ['tty', 'plain', 'github', 'ndjson', 'summary', 'none'] as const;

export type OutputKind = (typeof outputKinds)[number];

/**
 * What `--output` says, else orch.config, else what the surroundings are: a terminal that can move its cursor gets the live
 * view. What runs under `CI` is read later, whatever its stderr says it is.
 */
export function chooseOutput(
  given: OutputKind | undefined,
  stream: TextStream,
  environment: NodeJS.ProcessEnv = process.env,
): OutputKind {
  const chosen = given ?? configInForce()?.output;
  if (chosen !== undefined) return chosen;
  if (environment['GITHUB_ACTIONS'] === 'true') return 'github';
  const isCI = !['', 'false', '0'].includes(environment['CI'] ?? '');
  return stream.isTTY === true && environment['TERM'] !== 'dumb' && !isCI ? 'tty' : 'plain';
}

const silent: View = { news: () => {}, note: () => {}, end: () => {}, close: () => {} };

/** Makes the view; each is loaded only when it is wanted. */
export async function openView(kind: OutputKind, options: ViewOptions): Promise<View> {
  switch (kind) {
    case 'tty':
      return new (await import('./tty-view.ts')).TtyView(options);
    case 'plain':
      return new (await import('./plain-view.ts')).PlainView(options);
    case 'github':
      return new (await import('./github-view.ts')).GithubView(options);
    case 'ndjson':
      return new (await import('./ndjson-view.ts')).NdjsonView(options);
    case 'summary':
      return { ...silent, note: say };
    case 'none':
      return silent;
  }
}
