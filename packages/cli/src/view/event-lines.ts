import type { RunEvent } from '@orch/core';
import { attemptMs } from '../run/folded-run.ts';
import type { FoldedRun } from '../run/folded-run.ts';
import type { Colour } from './colour.ts';
import { describeFailure, describeSkipped, describeWait } from './phase-words.ts';
import { count, ellipsis, formatDuration, formatTime, harmless } from './text.ts';
import type { ViewOptions } from './view.ts';

/** What an event says to a person: a word, whom it is about, and the rest. */
export interface EventLine {
  readonly word: string;
  readonly colour: Colour;
  /** Made harmless already. */
  readonly subject: string;
  readonly detail: string;
  /** Whether the phase is over, so that the line is worth keeping on a terminal. */
  readonly final: boolean;
}

const mostNames = 5;

/** The lines of an event that was folded into the run already; events that only machines care for have none. */
export function eventLines(event: RunEvent, options: Pick<ViewOptions, 'run' | 'warningsAreNotes'>): EventLine[] {
  if (event.type === 'run.replanned')
    return event.changes.map((change) => line('replanned', 'yellow', '', harmless(change), true));
  const only = eventLine(event, options);
  return only === undefined ? [] : [only];
}

function eventLine(
  event: RunEvent,
  { run, warningsAreNotes }: Pick<ViewOptions, 'run' | 'warningsAreNotes'>,
): EventLine | undefined {
  switch (event.type) {
    case 'run.started':
      return line('started', 'bold', `run ${run.report.runId}`, describeTakeUp(event.concurrency, run), true);
    case 'run.reset':
      // As where a corrected plan adds phases to a run that had completed.
      if (event.phases.length === 0) return undefined;
      return line('reset', 'yellow', names(event.phases), event.cause === 'rewind' ? 'to run again' : '', true);
    case 'run.cancelling':
      return line('cancelling', 'yellow', `by ${harmless(event.by)}`, describeCancelling(event), true);
    case 'warning':
      return warningsAreNotes ? undefined : warningLine(event);
    case 'phase.started':
      return event.part === 'repair'
        ? line('repair', 'yellow', harmless(event.phase), `attempt ${event.attempt}`)
        : line('started', 'dim', harmless(event.phase), tryText(event.phase, event.attempt, run));
    case 'phase.adopted':
      return line('adopted', 'yellow', harmless(event.phase), describeAdopted(event.phase, event.at, run));
    case 'phase.completed':
      return line('completed', 'green', harmless(event.phase), describeEnd(event, run), event.part === 'main');
    case 'phase.failed':
      return failedLine(event, run);
    case 'phase.interrupted':
      return line('interrupted', 'yellow', harmless(event.phase), interruptions[event.reason], true);
    case 'phase.skipped':
      return line('skipped', 'dim', names(event.phases), describeSkipped(event.reason, event.cause), true);
    case 'phase.cancelled':
      return line('cancelled', 'yellow', names(event.phases), '', true);
    default:
      return undefined;
  }
}

function warningLine({ plugin, message }: Extract<RunEvent, { type: 'warning' }>): EventLine {
  return line('warning', 'yellow', plugin === undefined ? '' : harmless(plugin), harmless(message), true);
}

const interruptions = {
  lost: 'its process is gone; it runs again',
  stopped: 'stopped; recover runs it again',
  replaced: 'stopped, because the phase was reset',
} as const;

function line(word: string, colour: Colour, subject: string, detail: string, final = false): EventLine {
  return { word, colour, subject, detail, final };
}

function names(phases: readonly string[]): string {
  if (phases.length <= mostNames) return phases.map(harmless).join(', ');
  return `${count(phases.length, 'phase')} (${phases
    .slice(0, mostNames - 2)
    .map(harmless)
    .join(', ')}, ${ellipsis()})`;
}

function describeTakeUp(concurrency: number, { report, counts }: FoldedRun): string {
  const size = `workflow ${report.workflow}, ${count(report.phases.length, 'phase')}, ${concurrency} at once`;
  return report.takeUps > 1 ? `${size}; taken up with ${counts.completed} completed` : size;
}

function describeCancelling({ reason, message }: Extract<RunEvent, { type: 'run.cancelling' }>): string {
  if (message !== undefined) return harmless(message);
  return reason === 'timeout' ? 'the timeout of the run passed' : '';
}

function describeAdopted(phase: string, now: number, run: FoldedRun): string {
  const attempt = run.phase(phase)?.attempts.at(-1);
  return attempt === undefined
    ? ''
    : `attempt ${attempt.attempt}, running for ${formatDuration(attemptMs(attempt, now))}`;
}

/** `attempt 2/3`; where the run counts further than the policy, because the phase was reset, `attempt 5 (2/3)`. */
export function tryText(phase: string, attempt: number, run: FoldedRun): string {
  const { number, most } = run.tryOf(phase);
  if (most === undefined) return `attempt ${attempt}`;
  return attempt === number ? `attempt ${number}/${most}` : `attempt ${attempt} (${number}/${most})`;
}

type EndEvent = Extract<RunEvent, { type: 'phase.completed' | 'phase.failed' }>;

function describeEnd(event: EndEvent, run: FoldedRun): string {
  const { phase, attempt, part, durationMs } = event;
  const which = part === 'repair' ? `repair, attempt ${attempt}` : tryText(phase, attempt, run);
  return `${which}, ${formatDuration(durationMs)}`;
}

function failedLine(event: Extract<RunEvent, { type: 'phase.failed' }>, run: FoldedRun): EventLine {
  const isForgiven = run.phase(event.phase)?.forgiven === true;
  // Attempt 0: there was none.
  const parts = [
    event.attempt === 0 ? '' : describeEnd(event, run),
    describeFailure(event),
    isForgiven ? 'forgiven' : '',
  ];
  const detail = `${parts.filter((part) => part !== '').join(', ')}${describeNext(event)}`;
  return line('failed', isForgiven ? 'yellow' : 'red', harmless(event.phase), detail, event.retryAt === undefined);
}

function describeNext({ retryAt, delayMs, at, class: why }: Extract<RunEvent, { type: 'phase.failed' }>): string {
  if (retryAt === undefined) return '';
  if (delayMs === undefined) return `; ${describeWait(retryAt, { now: at, why })}`;
  return `; next attempt in ${formatDuration(delayMs)}, at ${formatTime(retryAt)}`;
}
