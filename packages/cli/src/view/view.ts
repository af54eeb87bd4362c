import type { AttemptReport, RunEvent } from '@orch/core';
import type { FoldedRun } from '../run/folded-run.ts';
import { say } from '../streams.ts';
import type { TextStream } from './colour.ts';

/** Shows a run while it goes on. Hears events after they were folded into the run. */
export interface View {
  news(event: RunEvent): void;
  /** A line of words for people: of a plugin, of orch itself. */
  note(text: string): void;
  /** Takes down what is live; nothing is shown afterwards. */
  close(): void;
}

export interface ViewOptions {
  readonly run: FoldedRun;
  readonly stream: TextStream;
  /** Whether warnings come as notes too, as they do in the process that drives the run: then their events say nothing new. */
  readonly warningsAreNotes: boolean;
  /** Where the output of an attempt stands; absent: it has none. */
  readonly logPath: (attempt: AttemptReport) => string | undefined;
}

export const outputKinds = ['tty', 'plain', 'ndjson', 'summary', 'none'] as const;

export type OutputKind = (typeof outputKinds)[number];

/**
 * What `--output` says, else what the surroundings are: a terminal that can move its cursor gets the live view. What runs
 * under `CI` is read later, whatever its stderr says it is.
 */
export function chooseOutput(
  given: OutputKind | undefined,
  stream: TextStream,
  environment: NodeJS.ProcessEnv = process.env,
): OutputKind {
  if (given !== undefined) return given;
  const isCI = !['', 'false', '0'].includes(environment['CI'] ?? '');
  return stream.isTTY === true && environment['TERM'] !== 'dumb' && !isCI ? 'tty' : 'plain';
}

/** Makes the view; each is loaded only when it is wanted. */
export async function openView(kind: OutputKind, options: ViewOptions): Promise<View> {
  switch (kind) {
    case 'tty':
      return new (await import('./tty-view.ts')).TtyView(options);
    case 'plain':
      return new (await import('./plain-view.ts')).PlainView(options);
    case 'ndjson':
      return (await import('./ndjson-view.ts')).ndjsonView(options.run.report.runId);
    case 'summary':
      return { news: () => {}, note: say, close: () => {} };
    case 'none':
      return { news: () => {}, note: () => {}, close: () => {} };
  }
}
