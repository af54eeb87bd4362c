import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../src/run/apply.ts';
import { leftOutBy } from '../../src/run/selection.ts';
import type { RunEvent, Selection } from '../../src/run/event.ts';
import type { PhaseState } from '../../src/run/state.ts';
import { isTerminal } from '../../src/run/state.ts';
import type { PhaseSpec, WorkflowSpec } from '../../src/spec/workflow-spec.ts';
import { Journal, owner } from './journal.ts';

/** How many workflows a run of CI tries; a crash at each event of each. */
const workflows = 2_000;

/** What becomes of a phase, whenever and however often it is tried. */
interface Fate {
  /** Tries that fail before one completes; all fail where it never does. */
  readonly failures: number;
  readonly tries: number;
  readonly condition: boolean | 'broken';
}

interface Case {
  readonly spec: WorkflowSpec;
  readonly fates: readonly Fate[];
  readonly selection: Selection | undefined;
  readonly failFast: boolean;
  readonly cancelAfter: number | undefined;
}

const phaseArbitrary = fc.record({
  needs: fc.array(fc.nat(1_000), { maxLength: 3 }),
  after: fc.constantFrom<PhaseSpec['after']>(undefined, undefined, undefined, 'failed', 'always'),
  forgiven: fc.boolean(),
  conditional: fc.boolean(),
  failures: fc.constantFrom(0, 0, 0, 1, 2, 9),
  tries: fc.constantFrom(1, 1, 3),
  condition: fc.constantFrom<Fate['condition']>(true, true, false, 'broken'),
});

const caseArbitrary: fc.Arbitrary<Case> = fc
  .record({
    phases: fc.array(phaseArbitrary, { minLength: 1, maxLength: 9 }),
    choose: fc.constantFrom<keyof Selection | undefined>(undefined, undefined, 'only', 'skip', 'until'),
    chosen: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 4 }),
    failFast: fc.boolean(),
    cancelAfter: fc.option(fc.nat(12), { nil: undefined, freq: 4 }),
  })
  .map(({ phases, choose, chosen, failFast, cancelAfter }) => {
    const specs = phases.map(({ needs, after, forgiven, conditional }, index): PhaseSpec => {
      const dependsOn = [...new Set(index === 0 ? [] : needs.map((it) => `p${it % index}`))];
      return {
        name: `p${index}`,
        kind: 'function',
        ...(dependsOn.length > 0 ? { dependsOn, ...(after === undefined ? {} : { after }) } : {}),
        ...(forgiven ? { continueOnFailure: true as const } : {}),
        ...(conditional ? { if: true as const } : {}),
      };
    });
    const names = [...new Set(chosen.map((it) => `p${it % phases.length}`))];
    const isSkippingAll = choose === 'skip' && names.length === phases.length;
    return {
      spec: { id: 'w', phases: specs },
      fates: phases.map(({ failures, tries, condition }) => ({ failures, tries, condition })),
      selection: choose === undefined || isSkippingAll ? undefined : { [choose]: names },
      failFast,
      cancelAfter,
    };
  });

/** A journal that goes on from events that were written before, as a take-up does. */
function begin({ spec, fates, selection, failFast }: Case, before: readonly RunEvent[] = []): Journal {
  const options = failFast ? { failFast: true as const } : {};
  const journal =
    before.length === 0
      ? new Journal(spec, 2, { options, ...(selection === undefined ? {} : { selection }) })
      : Journal.of(before);
  if (before.length === 0) journal.write(...(selection === undefined ? [] : leftOutBy(spec, selection)));
  journal.condition = (name) => {
    const fate = fates[Number(name.slice(1))]!;
    if (fate.condition === 'broken') throw new Error('broken');
    return fate.condition;
  };
  return journal;
}

/** Drives a run to its end; the order in which attempts end is theirs by name. Fails where it stands still. */
function drive(journal: Journal, given: Case): void {
  for (let step = 0; step < 500; step++) {
    journal.decideAll();
    if (isTerminal(journal.state.status)) return;
    journal.now += 10_000;
    const isDue = given.cancelAfter !== undefined && journal.state.version > given.cancelAfter;
    if (isDue && journal.state.cancelling === undefined)
      journal.write({ type: 'run.cancelling', by: 'me', reason: 'cancel' });
    else endOne(journal, given);
  }
  throw new Error(`it stands still: ${JSON.stringify(journal.statuses())}`);
}

function endOne(journal: Journal, { spec, fates }: Case): void {
  const { state } = journal;
  const phase = state.phases.findIndex(({ status }) => status === 'running');
  if (phase < 0) return;
  const { name, after } = spec.phases[phase]!;
  if (state.cancelling !== undefined && after !== 'always')
    return void journal.write({ type: 'phase.cancelled', phases: [name] });
  const isEnded = state.created.options.failFast === true && state.unforgiven > 0 && after === undefined;
  if (isEnded) return void journal.write({ type: 'phase.cancelled', phases: [name] });
  const { failures, tries } = fates[phase]!;
  const failed = state.charged[phase]!;
  if (failed >= failures) journal.end(name);
  else if (failed + 1 < tries) journal.end(name, { fails: true, retryAt: journal.now + 5, delayMs: 5 });
  else journal.end(name, { fails: true });
}

/** What the journal says of starts, held against the rules as the documentation words them. */
function expectRightStarts({ events }: Journal, { spec, fates }: Case): void {
  const indexOf = new Map(spec.phases.map(({ name }, index) => [name, index]));
  let state: ReturnType<typeof apply> | undefined;
  for (const event of events) {
    if (event.type === 'phase.started') {
      const index = indexOf.get(event.phase)!;
      const { dependsOn = [], after, if: condition } = spec.phases[index]!;
      const ends = dependsOn.map((name) => state!.phases[indexOf.get(name)!]!);
      expect(ends.every(({ status }) => status !== 'pending' && status !== 'running')).toBe(true);
      if (after === undefined)
        expect(ends.every((at, which) => letsThrough(at, spec.phases[indexOf.get(dependsOn[which]!)!]!))).toBe(true);
      const hasFailed = (at: PhaseState): boolean =>
        at.status === 'failed' ||
        (at.status === 'skipped' && at.cause !== undefined && hasFailed(state!.phases[indexOf.get(at.cause)!]!));
      if (after === 'failed') expect(ends.some(hasFailed)).toBe(true);
      if (condition !== undefined) expect(fates[index]!.condition).toBe(true);
      if (state!.cancelling !== undefined) expect(after).toBe('always');
    }
    state = apply(state, event, 'r');
  }
}

function letsThrough(at: PhaseState, { continueOnFailure }: PhaseSpec): boolean {
  if (at.status === 'completed') return true;
  if (at.status === 'failed') return continueOnFailure === true;
  return at.status === 'skipped' && (at.reason === 'condition' || at.reason === 'not_selected');
}

/** What a run came to, without the marks of how it came there. */
function outcomeOf({ state }: Journal): unknown {
  return {
    status: state.status,
    phases: state.phases.map((at) => (at.status === 'skipped' ? `skipped ${at.reason} ${at.cause}` : at.status)),
  };
}

describe('random workflows', () => {
  it('always end, start nothing before its rule allows it, and end the same after a crash at any event', () => {
    let crashes = 0;
    fc.assert(
      fc.property(caseArbitrary, (given) => {
        const whole = begin(given);
        const firstCommit = whole.events.length;
        drive(whole, given);
        expectRightStarts(whole, given);
        // Where a cancel comes depends on the version: a take-up moves it. What it leads to is the oracle's above.
        if (given.cancelAfter !== undefined || given.failFast) return;
        for (let cut = firstCommit; cut < whole.events.length; cut++) {
          const taken = begin(given, whole.events.slice(0, cut));
          taken.write({ type: 'run.started', owner, orchVersion: '0', concurrency: 2 });
          drive(taken, given);
          expect(outcomeOf(taken)).toEqual(outcomeOf(whole));
          crashes++;
        }
      }),
      { numRuns: workflows },
    );
    expect(crashes).toBeGreaterThan(workflows);
  });
});
