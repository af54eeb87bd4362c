import { isDeepStrictEqual } from 'node:util';
// Holds a journal against what orch promises. Knows the events and nothing of the code that wrote them.
import type { RunEvent } from '@orch/core';

/** What stands in a journal, counted. */
export interface JournalCounts {
  readonly takeUps: number;
  readonly completed: number;
  readonly adopted: number;
  readonly interrupted: number;
}

export function countJournal(events: readonly RunEvent[]): JournalCounts {
  const count = (type: RunEvent['type']): number => events.filter((event) => event.type === type).length;
  return {
    takeUps: count('run.started'),
    completed: count('phase.completed'),
    adopted: count('phase.adopted'),
    interrupted: count('phase.interrupted'),
  };
}

/** Says what is wrong with the journal of a run that went to its end; an empty list: nothing. */
export function judgeJournal(events: readonly RunEvent[]): string[] {
  return [...judgeOrder(events), ...judgeAttempts(events), ...judgeDependencies(events), ...judgeEnd(events)];
}

function judgeOrder(events: readonly RunEvent[]): string[] {
  const faults: string[] = [];
  let epoch = 0;
  for (const [index, event] of events.entries()) {
    if (event.version !== index + 1) faults.push(`event ${index + 1} has version ${event.version}`);
    if (event.epoch < epoch) faults.push(`${describe(event)} is of epoch ${event.epoch}, after epoch ${epoch}`);
    epoch = event.epoch;
  }
  return faults;
}

/** Completed phases stay completed, one attempt at a time, and no attempt or key is used twice. */
function judgeAttempts(events: readonly RunEvent[]): string[] {
  const faults: string[] = [];
  const completed = new Set<string>();
  const running = new Map<string, number>();
  const numbers = new Map<string, number>();
  const keys = new Set<string>();
  for (const event of events) {
    switch (event.type) {
      case 'phase.started': {
        const { phase, attempt, key } = event;
        if (completed.has(phase)) faults.push(`${describe(event)}: the phase was completed before`);
        if (running.has(phase)) faults.push(`${describe(event)}: attempt ${running.get(phase)} was still running`);
        if (attempt <= (numbers.get(phase) ?? 0))
          faults.push(`${describe(event)}: attempt ${attempt} is not a new number`);
        if (keys.has(key)) faults.push(`${describe(event)}: its key was used before`);
        running.set(phase, attempt);
        numbers.set(phase, attempt);
        keys.add(key);
        break;
      }
      case 'phase.adopted':
        if (running.get(event.phase) !== event.attempt) faults.push(`${describe(event)}: that attempt was not running`);
        break;
      case 'phase.completed':
      case 'phase.failed':
      case 'phase.interrupted':
        if (running.get(event.phase) !== event.attempt) faults.push(`${describe(event)}: that attempt was not running`);
        running.delete(event.phase);
        if (event.type === 'phase.completed') completed.add(event.phase);
        break;
      case 'run.reset':
        for (const phase of event.phases.filter((it) => completed.has(it)))
          faults.push(`${describe(event)} resets the completed phase ${JSON.stringify(phase)}`);
        break;
      default:
    }
  }
  for (const [phase, attempt] of running) faults.push(`attempt ${attempt} of ${JSON.stringify(phase)} has no end`);
  return faults;
}

function judgeDependencies(events: readonly RunEvent[]): string[] {
  const created = events.find((event) => event.type === 'run.created');
  if (created === undefined) return ['the journal has no run.created'];
  const dependsOn = new Map(created.workflow.phases.map(({ name, dependsOn: names }) => [name, names ?? []]));
  const faults: string[] = [];
  const completed = new Set<string>();
  for (const event of events) {
    if (event.type === 'phase.completed') completed.add(event.phase);
    if (event.type !== 'phase.started') continue;
    const missing = (dependsOn.get(event.phase) ?? []).filter((name) => !completed.has(name));
    if (missing.length > 0) faults.push(`${describe(event)}: ${missing.join(', ')} was not completed`);
  }
  const never = [...dependsOn.keys()].filter((name) => !completed.has(name));
  if (never.length > 0) faults.push(`never completed: ${never.slice(0, 5).join(', ')}${never.length > 5 ? ' …' : ''}`);
  return faults;
}

function judgeEnd(events: readonly RunEvent[]): string[] {
  const ends = events.filter(({ type }) => type === 'run.completed');
  if (ends.length !== 1) return [`run.completed stands ${ends.length} times in the journal`];
  return events.at(-1)?.type === 'run.completed' ? [] : ['there are events after run.completed'];
}

/** What orch printed as committed must stand in the journal, as it was, whatever happened to orch afterwards. */
export function judgePrinted(events: readonly RunEvent[], printed: readonly RunEvent[]): string[] {
  const written = new Map(events.map((event) => [event.version, event]));
  return printed
    .filter((event) => !isDeepStrictEqual(written.get(event.version), event))
    .map((event) => `${describe(event)} was printed as committed, and the journal does not have it`);
}

function describe(event: RunEvent): string {
  const subject = 'phase' in event ? ` of ${JSON.stringify(event.phase)}` : '';
  return `${event.type}${subject} (version ${event.version})`;
}
