import { describe, expect, test, vi } from 'vitest';
import { PlainView } from '../src/view/plain-view.ts';
import { FakeStream, Journal } from './run-events.ts';
import { fixSurroundings, show, tell } from './show-view.ts';

fixSurroundings();

describe('the plain view', () => {
  test('one line for each thing that happens', () => {
    const journal = new Journal(['scout', 'plan', 'build'], { retryCount: 3 });
    journal.start('scout');
    journal.complete('scout');
    journal.start('plan');
    journal.fail('plan', { retryInMs: 1_500 });
    journal.start('plan', 2);
    journal.add({ type: 'phase.adopted', phase: 'plan', attempt: 2, part: 'main' });
    journal.fail('plan', { attempt: 2 });
    journal.add({ type: 'phase.skipped', phases: ['build'], reason: 'deps_not_met', cause: 'plan' });
    const stream = new FakeStream();
    show(PlainView, { journal, stream }).view.close();
    const lines = stream.text.split('\n').map((line) => line.replaceAll(/\d\d:\d\d:\d\d/g, '-'));
    expect(lines).toEqual([
      '- started     run bcdfghjkmn: workflow demo, 3 phases, 2 at once',
      '- started     scout: attempt 1/3',
      '- completed   scout: attempt 1/3, 1.2 s',
      '- started     plan: attempt 1/3',
      '- failed      plan: attempt 1/3, 0.3 s, exit code 2; next attempt in 1.5 s, at -',
      '- started     plan: attempt 2/3',
      '- adopted     plan: attempt 2, running for 0.0 s',
      '- failed      plan: attempt 2/3, 0.3 s, exit code 2',
      '- skipped     build: dependency not met (plan)',
      '',
    ]);
  });

  test('names of phases cannot move the cursor', () => {
    const journal = new Journal(['\u001B[2Jevil\u0007\nname']);
    journal.start('\u001B[2Jevil\u0007\nname');
    const stream = new FakeStream();
    show(PlainView, { journal, stream }).view.close();
    expect(stream.text).toContain('evil\uFFFD\uFFFDname');
    expect(stream.text).not.toContain('\u001B');
  });

  test('says after 30 s of silence what is still running', () => {
    const journal = new Journal(['a', 'b']);
    journal.start('a');
    const stream = new FakeStream();
    const { view } = show(PlainView, { journal, stream });
    stream.text = '';
    vi.advanceTimersByTime(29_900);
    expect(stream.text).toBe('');
    vi.advanceTimersByTime(200);
    expect(stream.text).toMatch(/still running: a 30\.0 s; 0 of 2 completed/);
    vi.advanceTimersByTime(30_000);
    expect(stream.text.match(/still running/g)).toHaveLength(2);
    view.close();
    vi.advanceTimersByTime(60_000);
    expect(stream.text.match(/still running/g)).toHaveLength(2);
  });

  test('what a slow reader would make too much of is left out, and that is said', () => {
    const journal = new Journal(['a', 'b', 'c']);
    const stream = new FakeStream();
    const { view, run } = show(PlainView, { journal, stream });
    stream.text = '';
    stream.writableLength = 17 * 1024 * 1024;
    tell(view, run, journal.start('a'));
    tell(view, run, journal.start('b'));
    expect(stream.text).toBe('');
    stream.writableLength = 0;
    tell(view, run, journal.start('c'));
    expect(stream.text).toMatch(/^\(2 lines left out: not read in time\)\n.* started +c: attempt 1\n$/);
    view.close();
  });

  test('many phases of one cause are one line', () => {
    const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
    const journal = new Journal(names);
    journal.add({ type: 'phase.skipped', phases: names, reason: 'deps_not_met', cause: 'x' });
    const stream = new FakeStream();
    show(PlainView, { journal, stream }).view.close();
    expect(stream.text).toContain('40 phases (p0, p1, p2, …): dependency not met (x)');
  });
});
