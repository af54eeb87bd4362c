import type { RunEvent, RunStatus } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import { EventFeed } from './run/event-feed.ts';
import { FoldedRun } from './run/folded-run.ts';
import { resultOf } from './run/result.ts';
import { recoverCommand, runFlags } from './recover-command.ts';
import type { Session } from './session.ts';
import { print, say } from './streams.ts';
import { paintFor } from './view/colour.ts';
import { summaryLines } from './view/summary.ts';
import { openView } from './view/view.ts';
import type { OutputKind, View } from './view/view.ts';

export interface WatchOptions {
  readonly output: OutputKind;
  /** Answer on stdout with the result map. */
  readonly json: boolean;
}

export interface RunWatchOptions extends WatchOptions {
  /** Whether this process drives the run. */
  readonly drives: boolean;
}

const withSummary: ReadonlySet<OutputKind> = new Set(['tty', 'plain', 'summary']);

/** A run that is shown to a person or a program, wherever its events come from. */
export class RunWatch {
  readonly run: FoldedRun;
  readonly feed: EventFeed;
  readonly #session: Session;
  readonly #options: WatchOptions;
  readonly #view: View;

  private constructor(session: Session, run: FoldedRun, view: View, options: WatchOptions) {
    this.#session = session;
    this.run = run;
    this.#view = view;
    this.#options = options;
    this.feed = new EventFeed({
      run,
      read: (after) => session.orchestrator.events(run.report.runId, { after }),
      onNews: (event) => view.news(event),
    });
  }

  static async open(session: Session, runId: string, options: RunWatchOptions): Promise<RunWatch> {
    const run = new FoldedRun(runId);
    const view = await openView(options.output, {
      run,
      stream: process.stderr,
      warningsAreNotes: options.drives,
      logPath: (attempt) => session.logPath(runId, attempt),
    });
    return new RunWatch(session, run, view, options);
  }

  /** What stood in the journal before; a run that does not exist yet has nothing. */
  async readPast(): Promise<void> {
    try {
      await this.feed.readPast();
    } catch (error) {
      if (!isOrchError(error, 'ORCH_RUN_UNKNOWN')) throw error;
    }
  }

  news(event: RunEvent): void {
    this.feed.add(event);
  }

  note(text: string): void {
    this.#view.note(text);
  }

  close(): void {
    this.#view.close();
  }

  /** The command line that takes the run up again. */
  get recover(): string {
    return recoverCommand(this.run.report.runId, this.#session);
  }

  /** The last words, and the answer on stdout. */
  async end(status: RunStatus): Promise<void> {
    await this.feed.settled();
    this.close();
    const { output, json } = this.#options;
    if (withSummary.has(output)) say(this.#summary(status).join('\n'));
    if (json) await print(`${JSON.stringify(resultOf(this.run.report, status))}\n`);
  }

  #summary(status: RunStatus): string[] {
    const { runId } = this.run.report;
    return summaryLines({
      run: this.run,
      status,
      paint: paintFor(process.stderr),
      columns: process.stderr.columns,
      logPath: (attempt) => this.#session.logPath(runId, attempt),
      recover: this.recover,
      flags: runFlags(this.#session),
    });
  }
}
