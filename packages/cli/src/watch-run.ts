import type { RunEvent, RunStatus } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import type { ExitCode } from './catalogue.ts';
import { EventFeed } from './run/event-feed.ts';
import { FoldedRun } from './run/folded-run.ts';
import { resultOf } from './run/result.ts';
import { recoverCommand, runFlags } from './recover-command.ts';
import type { Session } from './session.ts';
import { print, say } from './streams.ts';
import { paintFor } from './view/colour.ts';
import { summaryLines } from './view/summary.ts';
import { openView } from './view/view.ts';
import { withoutCommands } from './view/workflow-command.ts';
import type { OutputKind, RunEnd, View } from './view/view.ts';

export interface WatchOptions {
  readonly output: OutputKind;
  /** Answer on stdout with the result map. */
  readonly json: boolean;
  /** The workflow of a run that has no journal yet. */
  readonly workflow?: string;
}

export interface RunWatchOptions extends WatchOptions {
  /** Whether this process drives the run. */
  readonly drives: boolean;
  /** Whether the run may have a past, which is read and not shown. */
  readonly takesUp: boolean;
}

const withSummary: ReadonlySet<OutputKind> = new Set(['tty', 'plain', 'github', 'summary']);

interface ShownRun {
  readonly run: FoldedRun;
  readonly view: View;
}

/** A run that is shown to a person or a program, wherever its events come from. */
export class RunWatch {
  readonly run: FoldedRun;
  readonly feed: EventFeed;
  readonly #session: Session;
  readonly #options: WatchOptions;
  readonly #view: View;

  private constructor(session: Session, feed: EventFeed, { run, view }: ShownRun, options: WatchOptions) {
    this.#session = session;
    this.feed = feed;
    this.run = run;
    this.#view = view;
    this.#options = options;
  }

  static async open(session: Session, runId: string, options: RunWatchOptions): Promise<RunWatch> {
    const run = new FoldedRun(runId);
    const read = (after: number): AsyncIterable<RunEvent> => session.orchestrator.events(runId, { after });
    let view: View | undefined;
    const feed = new EventFeed({ run, read, onNews: (event) => view?.news(event) });
    if (options.takesUp) await readPast(feed);
    view = await openView(options.output, {
      run,
      read,
      workflow: options.workflow,
      stream: process.stderr,
      warningsAreNotes: options.drives,
      flags: runFlags(session),
      logPath: (attempt) => session.logPath(runId, attempt),
    });
    return new RunWatch(session, feed, { run, view }, options);
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
    return recoverCommand(this.run.report.runId, this.#session, this.run.failure);
  }

  /** The last words, and the answer on stdout. */
  async end(status: RunStatus, exitCode: ExitCode): Promise<void> {
    await this.feed.settled();
    const { output, json } = this.#options;
    const result = json ? resultOf(this.run.report, status) : undefined;
    await this.letGo({ status, exitCode, ...(result === undefined ? {} : { result }) });
    if (withSummary.has(output)) this.#sayAll(this.#summary(status));
    if (result !== undefined && output !== 'ndjson') await print(`${JSON.stringify(result)}\n`);
  }

  /** The end, without last words. */
  async letGo(end: RunEnd): Promise<void> {
    await this.#view.end(end.status === 'completed' ? end : { next: this.recover, ...end });
  }

  #sayAll(lines: readonly string[]): void {
    say((this.#options.output === 'github' ? lines.map(withoutCommands) : lines).join('\n'));
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

/** What stood in the journal before; a run that does not exist yet has nothing. */
async function readPast(feed: EventFeed): Promise<void> {
  try {
    await feed.readPast();
  } catch (error) {
    if (!isOrchError(error, 'ORCH_RUN_UNKNOWN')) throw error;
  }
}
