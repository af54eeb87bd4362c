import { appendFileSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import type { AttemptReport, RunEvent } from '@orch/core';
import { messageOf, randomIds } from '@orch/core/author';
import type { EventOf } from '@orch/core/author';
import { endOfLog, lastLines } from '../run/log-tail.ts';
import { eventLines } from './event-lines.ts';
import type { EventLine } from './event-lines.ts';
import { describeFailure } from './phase-words.ts';
import { PlainView } from './plain-view.ts';
import { stepSummary } from './step-summary.ts';
import { harmless, shellWord } from './text.ts';
import type { RunEnd, View, ViewOptions } from './view.ts';
import { withoutCommands, workflowCommand } from './workflow-command.ts';

/** Of a log; GitHub keeps no more than some megabytes of a whole step. */
const mostBytes = 256 * 1024;
/** Of a log, in an annotation. */
const mostLines = 10;

/**
 * Lines for GitHub Actions: the log of each attempt in a group once it is over, what failed as an error that points to the
 * plan, and a summary of the step. While a log is printed the runner takes no commands, so that none can be slipped in.
 */
export class GithubView implements View {
  readonly #options: ViewOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #lines: PlainView;

  constructor(options: ViewOptions, environment: NodeJS.ProcessEnv = process.env) {
    this.#options = options;
    this.#environment = environment;
    this.#lines = new PlainView({ ...options, transform: withoutCommands });
  }

  news(event: RunEvent): void {
    if (event.type === 'warning') return this.#warn(event);
    const isEnd =
      event.type === 'phase.completed' || event.type === 'phase.failed' || event.type === 'phase.interrupted';
    const attempt = isEnd ? this.#options.run.phase(event.phase)?.attempts.at(-1) : undefined;
    const path = attempt === undefined ? undefined : this.#options.logPath(attempt);
    const [line] = path === undefined ? [] : eventLines(event, this.#options);
    if (attempt === undefined || path === undefined || line === undefined || !this.#group(line, attempt, path))
      this.#lines.news(event);
    if (event.type === 'phase.failed' && event.retryAt === undefined) this.#annotate(event, path);
  }

  /** Of the process that drives the run warnings come this way, and in the words of people. */
  note(text: string): void {
    const [, warning] = /^warning: ([^]*)$/.exec(text) ?? [];
    if (warning === undefined) this.#lines.note(text);
    else this.#command('warning', warning);
  }

  end(end: RunEnd): void {
    this.close();
    const path = this.#environment['GITHUB_STEP_SUMMARY'] ?? '';
    if (path === '') return;
    try {
      appendFileSync(path, stepSummary({ ...this.#options, ...end }));
    } catch (error) {
      this.#command('warning', `The summary of the step was not written: ${messageOf(error)}`);
    }
  }

  close(): void {
    this.#lines.close();
  }

  #command(...args: Parameters<typeof workflowCommand>): void {
    this.#lines.raw(workflowCommand(...args));
  }

  #warn({ plugin, message }: EventOf<'warning'>): void {
    if (!this.#options.warningsAreNotes)
      this.#command('warning', harmless(message), plugin === undefined ? {} : { title: harmless(plugin) });
  }

  /** `false`: there is nothing to put into one. */
  #group({ word, subject, detail }: EventLine, { phase }: AttemptReport, path: string): boolean {
    const { text, whole } = endOfLog(path, mostBytes);
    if (text.trim() === '') return false;
    const token = `${randomIds.random()}${randomIds.random()}`;
    const { flags, run } = this.#options;
    this.#command('group', `${word} ${subject}: ${detail}`);
    if (!whole)
      this.#lines.raw(
        withoutCommands(`The end of it. All: orch logs ${run.report.runId} ${shellWord(harmless(phase))}${flags}`),
      );
    this.#lines.raw(`::stop-commands::${token}\n${text.endsWith('\n') ? text.slice(0, -1) : text}\n::${token}::`);
    this.#command('endgroup', '');
    return true;
  }

  #annotate(event: EventOf<'phase.failed'>, path: string | undefined): void {
    const { run } = this.#options;
    const isForgiven = run.phase(event.phase)?.forgiven === true;
    const log = path === undefined || event.attempt === 0 ? [] : lastLines(path, mostLines);
    const title = `${event.phase} failed${isForgiven ? ', forgiven' : ''}`;
    this.#command(isForgiven ? 'warning' : 'error', [describeFailure(event), ...log].join('\n'), {
      ...this.#planFile(),
      title: harmless(title),
    });
  }

  /** The plan, where it is a file of the repository that is worked on. */
  #planFile(): { readonly file?: string } {
    const { source } = this.#options.run.report;
    const root = this.#environment['GITHUB_WORKSPACE'] ?? '';
    if (source === undefined || root === '') return {};
    const file = relative(root, source);
    return file.startsWith('..') || isAbsolute(file) ? {} : { file: harmless(file) };
  }
}
