import { apply } from '../../src/run/apply.ts';
import { decide, nextWakeAt } from '../../src/run/decide.ts';
import type { Draft } from '../../src/run/decide.ts';
import type { EventBody, EventOf, RunEvent } from '../../src/run/event.ts';
import type { Owner } from '../../src/run/owner.ts';
import type { RunState } from '../../src/run/state.ts';
import type { PhaseSpec, WorkflowSpec } from '../../src/spec/workflow-spec.ts';

export const owner: Owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: 1, startTime: '1' };

/** A workflow from lines as in `c: a b` (c depends on a and b). */
export function specOf(lines: readonly string[], more: Partial<WorkflowSpec> = {}): WorkflowSpec {
  const phases = lines.map((line): PhaseSpec => {
    const [name = '', needs = ''] = line.split(':');
    const dependsOn = needs.split(' ').filter((word) => word !== '');
    return { name, kind: 'function', ...(dependsOn.length > 0 ? { dependsOn } : {}) };
  });
  return { id: 'w', phases, ...more };
}

/** The phases that started, of what `decideAll` says. */
export function starts(said: readonly string[]): string[] {
  return said.filter((it) => it.startsWith('phase.started ')).map((it) => it.slice('phase.started '.length));
}

/** A journal in the making: what is written is applied. */
export class Journal {
  readonly events: RunEvent[] = [];
  #state: RunState | undefined;
  now = 1_000;
  /** Where the wall differs from the driver's clock. */
  wall: number | undefined;
  /** Answers for the `if` of a phase. */
  condition: (phase: string) => boolean = () => true;

  constructor(spec: WorkflowSpec, concurrency = 4, more: Partial<EventOf<'run.created'>> = {}) {
    this.write({
      type: 'run.created',
      format: 1,
      workflow: spec,
      workflowHash: '',
      inputs: {},
      options: {},
      directory: '/',
      ...more,
    });
    this.write({ type: 'run.started', owner, orchVersion: '0', concurrency });
  }

  /** One that goes on from events that stand already. */
  static of(events: readonly RunEvent[]): Journal {
    const [created] = events;
    if (created?.type !== 'run.created') throw new Error('a journal begins with run.created');
    const journal = new Journal(created.workflow);
    journal.events.splice(0);
    journal.#state = undefined;
    for (const event of events) {
      journal.#state = apply(journal.#state, event, 'r');
      journal.events.push(event);
    }
    journal.now = events.at(-1)!.at;
    return journal;
  }

  get state(): RunState {
    return this.#state!;
  }

  write(...drafts: readonly (EventBody | Draft)[]): this {
    for (const draft of drafts) {
      const body = draft.type === 'phase.started' ? { key: `k${this.events.length}`, ...draft } : draft;
      const event = { ...body, version: this.events.length + 1, at: this.now, epoch: 1 } as RunEvent;
      this.#state = apply(this.#state, event, 'r');
      this.events.push(event);
    }
    return this;
  }

  /** What is to happen at this moment. */
  decide(): readonly Draft[] {
    return decide(this.state, {
      now: this.now,
      wall: this.wall ?? this.now,
      condition: (phase) => this.condition(this.state.spec.phases[phase]!.name),
    });
  }

  wakeAt(): number | undefined {
    return nextWakeAt(this.state, { now: this.now, wall: this.wall ?? this.now });
  }

  /** Asks until there is no answer left, and writes it all. Answers with the types and names. */
  decideAll(): string[] {
    const said: string[] = [];
    for (let drafts = this.decide(); drafts.length > 0; drafts = this.decide()) {
      for (const draft of drafts) said.push(wordsOf(draft));
      this.write(...drafts);
    }
    return said;
  }

  end(
    phase: string,
    more: Partial<Extract<EventBody, { type: 'phase.failed' }>> & { readonly fails?: boolean } = {},
  ): this {
    const index = this.state.graph.indexOf.get(phase)!;
    const attempt = this.state.attempts[index]!;
    const { fails = false, ...rest } = more;
    if (!fails) return this.write({ type: 'phase.completed', phase, attempt, part: 'main', durationMs: 1 });
    return this.write({
      type: 'phase.failed',
      phase,
      attempt,
      part: 'main',
      durationMs: 1,
      class: 'exit',
      charge: true,
      error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
      ...rest,
    });
  }

  statuses(): Record<string, string> {
    const { spec, phases } = this.state;
    return Object.fromEntries(spec.phases.map(({ name }, index) => [name, phases[index]!.status]));
  }
}

function wordsOf(draft: Draft): string {
  if ('phases' in draft) return `${draft.type} ${draft.phases.join(' ')}`;
  if ('phase' in draft) return `${draft.type} ${draft.phase}`;
  return 'name' in draft ? `${draft.type} ${draft.name}` : draft.type;
}
