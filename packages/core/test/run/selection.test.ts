import { describe, expect, it } from 'vitest';
import { isOrchError } from '../../src/errors/orch-error.ts';
import { leftOutBy } from '../../src/run/selection.ts';
import { Journal, specOf } from './journal.ts';

const lines = ['a', 'b:a', 'c:b', 'x', 'd:c x'];

describe('leftOutBy', () => {
  it.each([
    [{ only: ['b'] }, [['not_selected', 'a c x d']]],
    [{ until: ['c'] }, [['not_selected', 'x d']]],
    [{ skip: ['x'] }, [['selection', 'x']]],
    [
      { until: ['c'], skip: ['b'] },
      [
        ['not_selected', 'x d'],
        ['selection', 'b'],
      ],
    ],
    [{ only: ['a', 'b', 'c', 'x', 'd'] }, []],
  ])('%j', (selection, expected) => {
    expect(leftOutBy(specOf(lines), selection).map(({ reason, phases }) => [reason, phases.join(' ')])).toEqual(
      expected,
    );
  });

  it('names a phase that there is not, and guesses', () => {
    expect(() => leftOutBy(specOf(['build', 'test']), { only: ['biuld'] })).toThrow(
      expect.objectContaining({ code: 'ORCH_RUN_NO_PHASE', hint: 'Did you mean "build"? Nothing was started.' }),
    );
    expect(() => leftOutBy(specOf(['build', 'test']), { only: ['deploy'] })).toThrow(
      expect.objectContaining({ hint: 'Its phases: "build", "test". Nothing was started.' }),
    );
  });

  it('refuses to run nothing', () => {
    expect(() => leftOutBy(specOf(['a']), { skip: ['a'] })).toThrow(
      expect.toSatisfy((error: unknown) => isOrchError(error, 'ORCH_RUN_NOTHING_SELECTED')),
    );
  });
});

describe('a selection', () => {
  const begun = (selection: Parameters<typeof leftOutBy>[1]): Journal => {
    const spec = specOf(lines);
    return new Journal(spec).write(...leftOutBy(spec, selection));
  };

  it('of some phases runs them as if what they depend on had ended without output', () => {
    const journal = begun({ only: ['b', 'd'] });
    expect(journal.decideAll().filter((it) => it.startsWith('phase.started'))).toEqual([
      'phase.started b',
      'phase.started d',
    ]);
    journal.end('b').end('d');
    expect(journal.decideAll()).toEqual(['run.completed']);
  });

  it('that skips a phase takes its dependents with it', () => {
    const journal = begun({ skip: ['b'] });
    expect(journal.decideAll()).toContain('phase.skipped c d');
  });
});
