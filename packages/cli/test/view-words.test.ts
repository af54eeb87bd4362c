import { describe, expect, test, vi } from 'vitest';
import { FoldedRun } from '../src/run/folded-run.ts';
import { criticalPath } from '../src/run/critical-path.ts';
import { paintFor } from '../src/view/colour.ts';
import { eventLines } from '../src/view/event-lines.ts';
import { PlainView } from '../src/view/plain-view.ts';
import { showLines } from '../src/view/show-text.ts';
import { summaryLines } from '../src/view/summary.ts';
import { formatDateTime, formatTime } from '../src/view/text.ts';
import { TtyView } from '../src/view/tty-view.ts';
import { FakeStream, Journal, screenOf, nothing } from './run-events.ts';
import { fixSurroundings } from './show-view.ts';

const now = new Date(2026, 4, 6, 12, 0, 0).getTime();
const nextDay = now + 86_400_000;

fixSurroundings({ now });

const logPath = (): string => '/no/log';

function journalOf(...args: ConstructorParameters<typeof Journal>): Journal {
  const journal = new Journal(...args);
  journal.at = now;
  return journal;
}

/** The lines of the plain view, from an event on, without the time. */
function plain(journal: Journal, from = 2): string[] {
  const run = new FoldedRun('r');
  const stream = new FakeStream();
  const view = new PlainView({ run, stream, warningsAreNotes: false });
  for (const event of journal.events) {
    run.add(event);
    if (event.version > from) view.news(event);
  }
  view.close();
  return stream.text
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(9));
}

function block(journal: Journal): string {
  const run = journal.folded();
  const stream = new FakeStream({ isTTY: true });
  const view = new TtyView({ run, stream, logPath, warningsAreNotes: false, flags: '', read: nothing });
  vi.advanceTimersByTime(1_000);
  view.close();
  return screenOf(stream.text.slice(0, stream.text.indexOf('\r')), 80).join('\n');
}

function show(journal: Journal, columns?: number): string {
  const paint = paintFor(new FakeStream());
  const run = journal.folded();
  const options = {
    logPath,
    recover: 'orch recover r',
    failure: run.failure,
    path: criticalPath(run),
    backend: 'json',
    logs: [],
    paint,
    columns,
  };
  return showLines(run.report, options).join('\n');
}

function summary(journal: Journal, status: 'completed' | 'failed'): string[] {
  const paint = paintFor(new FakeStream());
  return summaryLines({ run: journal.folded(), status, paint, logPath, recover: 'orch recover r', flags: '' });
}

test('another definition is a line for each change', () => {
  const journal = journalOf(['a']);
  journal.replan(['a', 'b'], ['phase "b" is new', 'phase "a\u202E" changed']);
  expect(plain(journal)).toEqual(['replanned  phase "b" is new', 'replanned  phase "a\uFFFD" changed']);
  expect(show(journal)).toContain('Changes of its plan:\n  phase "b" is new\n');
});

test('what resets no phase is no line', () => {
  const journal = journalOf(['a']);
  journal.add({ type: 'run.reset', cause: 'replan', phases: [] });
  journal.add({ type: 'run.reset', cause: 'replan', phases: ['a'] });
  expect(plain(journal)).toEqual(['reset       a']);
});

test('a run whose timeout has passed goes on by another plan only', () => {
  const journal = journalOf(['a']);
  journal.add({ type: 'run.failed', reason: 'timeout' });
  expect(summary(journal, 'failed').at(-1)).toBe('To go on, by a plan with a longer timeout: orch recover r');
  expect(show(journal)).toMatch(/\nTo go on, by a plan with a longer timeout: orch recover r$/);
});

test('what is said of a run fits a narrow terminal, but for paths', () => {
  const lines = show(journalOf(['a']), 40).split('\n');
  // The journal of a test begins then.
  const begun = formatDateTime(1_000_000);
  expect(lines.slice(2, 4)).toEqual([`Started  ${begun}, last`, '         change after 0.0 s']);
  expect(lines.slice(5, 7)).toEqual(['Driver   process 7 on here since', `         ${begun}, 1 take-up`]);
});

test('on a narrow terminal the reason stands below its phase', () => {
  const journal = journalOf(['a', 'b']);
  journal.refuse('a');
  journal.add({ type: 'phase.skipped', phases: ['b'], reason: 'deps_not_met', cause: 'a' });
  expect(show(journal, 60)).toMatch(/^STATUS .* WHY\n[^]*^skipped  b +dependency not met \(a\)$/m);
  const narrow = show(journal, 59);
  expect(narrow).toMatch(/^STATUS   PHASE  ATTEMPTS  TIME$/m);
  expect(narrow).toMatch(/^failed   a\n {12}No such key: x$/m);
  expect(narrow).toMatch(/^skipped  b\n {12}dependency not met \(a\)$/m);
});

test('a repair is called one', () => {
  const journal = journalOf(['a'], { retryCount: 3 });
  journal.start('a');
  journal.fail('a', { retryInMs: 1_000 });
  journal.repair('a', 2);
  expect(block(journal)).toMatch(/^ a {2}0 s {2}repair, attempt 2$/m);
  journal.add({ type: 'phase.completed', phase: 'a', attempt: 2, part: 'repair', exitCode: 0, durationMs: 100 });
  journal.start('a', 3);
  journal.fail('a', { attempt: 3, retryInMs: 1_000 });
  journal.repair('a', 4);
  journal.add({
    type: 'phase.failed',
    phase: 'a',
    attempt: 4,
    part: 'repair',
    exitCode: 113,
    class: 'exit',
    charge: true,
    durationMs: 100,
    error: { code: 'ORCH_PHASE_REPAIR', message: 'The repair changed nothing.' },
  });
  expect(plain(journal, 4)).toEqual([
    'repair      a: attempt 2',
    'completed   a: repair, attempt 2, 0.1 s',
    'started     a: attempt 3 (2/3)',
    expect.stringMatching(/^failed +a: attempt 3 \(2\/3\)/),
    'repair      a: attempt 4',
    'failed      a: repair, attempt 4, 0.1 s, The repair changed nothing',
  ]);
  // Only what ends a phase is worth keeping on a terminal.
  const run = journal.folded();
  const kept = journal.events.flatMap((event) =>
    eventLines(event, { run, warningsAreNotes: false }).filter((it) => it.final),
  );
  expect(kept.map(({ word, subject }) => `${word} ${subject}`)).toEqual(['started run bcdfghjkmn', 'failed a']);
  expect(show(journal)).toMatch(/^failed +a +2 \+ 2 repairs /m);
  expect(show(journal)).toMatch(/attempt 2 \(repair\): completed/);
});

describe('a phase that waits for a time from outside', () => {
  test.each([
    ['of the same day', now + 90_000, formatTime(now + 90_000)],
    ['of another day', nextDay, formatDateTime(nextDay)],
  ])('says until when (%s)', (_, until, moment) => {
    const journal = journalOf(['a'], { retryCount: 3 });
    journal.start('a');
    journal.limit('a', { until });
    expect(plain(journal).at(-1)).toBe(
      `failed      a: attempt 1/3, 0.3 s, exit code 2; waiting until ${moment} (rate-limited)`,
    );
    expect(show(journal)).toMatch(new RegExp(`^pending +a .*waiting until ${moment} \\(rate-limited\\)$`, 'm'));
    expect(block(journal)).toContain(`a: waiting until ${moment} (rate-limited), `);
  });

  test('counts down to it', () => {
    const journal = journalOf(['a']);
    journal.start('a');
    journal.limit('a', { until: now + 60_000 });
    expect(block(journal)).toMatch(/\(rate-limited\), 59 s left/);
  });
});

test.each([
  ['condition', undefined, 'its condition does not hold'],
  ['nothing_failed', undefined, 'nothing failed'],
  ['deps_not_met', 'x', 'dependency not met (x)'],
  ['fail_fast', 'x', 'a phase failed before (x)'],
  ['selection', undefined, 'left out'],
  ['not_selected', undefined, 'left out'],
  ['words of a \u001B[2Jplugin', undefined, 'words of a plugin'],
  ['constructor', 'x', 'constructor (x)'],
])('skipped for %s is said in words', (reason, cause, words) => {
  const journal = journalOf(['a', 'x']);
  journal.add({ type: 'phase.skipped', phases: ['a'], reason, ...(cause === undefined ? {} : { cause }) });
  expect(plain(journal)).toEqual([`skipped     a: ${words}`]);
  expect(show(journal)).toContain(`\nskipped  a                      ${words}\n`);
});

describe('a failure that is forgiven', () => {
  function forgiven(): Journal {
    const journal = journalOf(['a', 'b'], { forgiven: ['a'] });
    journal.start('a');
    journal.fail('a');
    return journal;
  }

  test('is shown as failed and forgiven', () => {
    const journal = forgiven();
    expect(plain(journal).at(-1)).toBe('failed      a: attempt 1, 0.3 s, exit code 2, forgiven');
    const run = journal.folded();
    expect(eventLines(journal.events.at(-1)!, { run, warningsAreNotes: false })).toMatchObject([{ colour: 'yellow' }]);
    expect(show(journal)).toMatch(/^failed +a +1 +0\.3 s +exit code 2, forgiven$/m);
  });

  test('is nothing to look into where the run completed', () => {
    const journal = forgiven();
    journal.start('b');
    journal.complete('b');
    journal.add({ type: 'run.completed' });
    const lines = summary(journal, 'completed');
    expect(lines[1]).toContain('phases: 1 completed, 1 failed (1 forgiven)');
    expect(lines.join('\n')).not.toContain('exit code');
  });

  test('is told where the run failed', () => {
    const journal = forgiven();
    journal.start('b');
    journal.fail('b');
    journal.add({ type: 'run.failed', reason: 'phases' });
    const lines = summary(journal, 'failed');
    expect(lines).toContain('failed a: exit code 2, forgiven');
    expect(lines).toContain('failed b: exit code 2');
  });
});

test('a phase that failed without an attempt says why', () => {
  const journal = journalOf(['a']);
  journal.refuse('a');
  expect(plain(journal)).toEqual(['failed      a: No such key: x']);
  expect(show(journal)).toMatch(/^failed +a +No such key: x$/m);
  expect(summary(journal, 'failed')).toContain('failed a: No such key: x');
});
