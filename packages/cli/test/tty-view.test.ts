import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { blockLines } from '../src/view/block-lines.ts';
import { displayWidth } from '../src/view/text.ts';
import { TtyView } from '../src/view/tty-view.ts';
import { FakeStream, Journal, screenOf, visibleEscapes } from './run-events.ts';
import { fixSurroundings, show, tell } from './show-view.ts';

let folder: string;

fixSurroundings();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-views-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const logPath = ({ key }: { readonly key: string }): string => join(folder, `${key}.log`);

describe('the live view', () => {
  test('finished phases stay, running ones are written over, no line is wider than the terminal', () => {
    const journal = new Journal(['a phase with a rather long name', '検査検査検査検査', 'c'], { retryCount: 3 });
    journal.start('a phase with a rather long name');
    journal.start('検査検査検査検査');
    const stream = new FakeStream({ isTTY: true, columns: 40 });
    writeFileSync(
      logPath({ key: '検査検査検査検査-1' }),
      'first\nsecond line of output that is far too long for this\n',
    );
    const { view, run } = show(TtyView, { journal, stream, logPath });
    vi.advanceTimersByTime(200);
    for (const line of screenOf(stream.text, 40).slice(1)) expect(displayWidth(line)).toBeLessThan(40);
    expect(screenOf(stream.text, 40).join('\n')).toContain('second');
    tell(view, run, journal.complete('検査検査検査検査'));
    vi.advanceTimersByTime(5_000);
    const screen = screenOf(stream.text, 40);
    expect(screen.filter((line) => line.includes('検査検査検査検査'))).toHaveLength(1);
    expect(screen.filter((line) => line.includes('1 of 3 completed'))).toHaveLength(1);
    view.close();
    expect(screenOf(stream.text, 40).join('\n')).not.toContain('1 of 3 completed');
  });

  test('writes at most ten times a second, and nothing while nothing changes', () => {
    const journal = new Journal(Array.from({ length: 200 }, (_, index) => `p${index}`));
    const stream = new FakeStream({ isTTY: true });
    const { view, run } = show(TtyView, { journal, stream, logPath });
    stream.writes = 0;
    for (let index = 0; index < 100; index++) {
      tell(view, run, journal.start(`p${index}`));
      tell(view, run, journal.complete(`p${index}`));
      vi.advanceTimersByTime(10);
    }
    expect(stream.writes).toBeLessThanOrEqual(12);
    view.close();
    stream.writes = 0;
    vi.advanceTimersByTime(10_000);
    expect(stream.writes).toBe(0);
  });

  test('is no taller than the screen', () => {
    const names = Array.from({ length: 50 }, (_, index) => `p${index}`);
    const journal = new Journal(names);
    for (const name of names) journal.start(name);
    const stream = new FakeStream({ isTTY: true, rows: 10 });
    const { view } = show(TtyView, { journal, stream, logPath });
    vi.advanceTimersByTime(200);
    const lines = screenOf(stream.text, 80).filter((line) => line.startsWith(' '));
    expect(lines.length).toBeLessThan(10);
    expect(lines).toContain(' … and 46 more');
    view.close();
  });

  test('a phase between attempts counts down', () => {
    const journal = new Journal(['a'], { retryCount: 3 });
    journal.start('a');
    journal.fail('a', { retryInMs: 5_000 });
    const stream = new FakeStream({ isTTY: true });
    const { view } = show(TtyView, { journal, stream, logPath });
    vi.advanceTimersByTime(2_000);
    expect(screenOf(stream.text, 80).join('\n')).toContain('a: next attempt in 3 s');
    view.close();
  });

  test('of many phases on a small screen some of each kind are shown, and never more than fit', () => {
    const journal = new Journal(['r1', 'r2', 'r3', 'w1', 'w2', 'f1'], { retryCount: 3 });
    for (const name of ['r1', 'r2', 'r3', 'w1', 'w2', 'f1']) journal.start(name);
    journal.fail('w1', { retryInMs: 9_000 });
    journal.fail('w2', { retryInMs: 5_000 });
    journal.fail('f1');
    const run = journal.folded();
    const linesOf = (rows: number, columns = 79): string[] =>
      blockLines({ run, rows, columns, now: journal.at + 1_000, paint: (_, text) => text, lastLine: () => 'said' });
    expect(linesOf(16)).toEqual([
      ' r1  1 s  said',
      ' r2  1 s  said',
      ' r3  1 s  said',
      ' w2: next attempt in 4 s',
      ' w1: next attempt in 8 s',
      ' failed: f1',
      ' 0 of 6 completed, 3 running, 1 failed  1 s',
    ]);
    expect(linesOf(5)).toEqual([
      ' r1  1 s  said',
      ' … and 2 more',
      ' w2: next attempt in 4 s, and 1 more wait',
      ' failed: f1',
      ' 0 of 6 completed, 3 running, 1 failed  1 s',
    ]);
    expect(linesOf(2)).toEqual([' r1  1 s  said', ' 0 of 6 completed, 3 running, 1 failed  1 s']);
    expect(linesOf(1, 12)).toEqual([' 0 of 6 com…']);
    for (let rows = 1; rows < 10; rows++) expect(linesOf(rows).length).toBeLessThanOrEqual(rows);
  });

  test('after a resize all of the block is painted anew, at its new size', () => {
    const journal = new Journal(Array.from({ length: 20 }, (_, index) => `phase ${index}`));
    for (let index = 0; index < 20; index++) journal.start(`phase ${index}`);
    const stream = new FakeStream({ isTTY: true });
    const { view } = show(TtyView, { journal, stream, logPath });
    vi.advanceTimersByTime(200);
    stream.text = '';
    stream.resize({ columns: 20, rows: 4 });
    vi.advanceTimersByTime(200);
    expect(visibleEscapes(stream.text)).toMatch(/^\r␛\[2K␛\[C␛\[J\r/);
    expect(screenOf(stream.text, 20)).toEqual([' phase…  0 s', ' 0 of 20 completed…']);
    view.close();
    stream.text = '';
    stream.resize({ columns: 80 });
    vi.advanceTimersByTime(1_000);
    expect(stream.text).toBe('');
  });

  test('writes only the lines that changed', () => {
    const journal = new Journal(['a', 'b']);
    journal.start('a');
    journal.start('b');
    writeFileSync(logPath({ key: 'a-1' }), 'one\n');
    const stream = new FakeStream({ isTTY: true });
    const { view, run } = show(TtyView, { journal, stream, logPath });
    vi.advanceTimersByTime(200);
    stream.text = '';
    writeFileSync(logPath({ key: 'a-1' }), 'one\nanother\n');
    vi.advanceTimersByTime(500);
    expect(stream.text).toContain('another');
    expect(stream.text).not.toMatch(/ b |completed/);
    expect(run.report.status).toBe('running');
    view.close();
  });

  test('what a phase prints and is called cannot break the screen', () => {
    const evil = '\u001B[2J\u001B]0;title\u0007\u001BPq\u001B\\e\u0008v\ti\r\u200B\u202El\u2066';
    const journal = new Journal([evil, '👩‍👩‍👧 検査']);
    journal.start(evil);
    journal.start('👩‍👩‍👧 検査');
    writeFileSync(
      logPath({ key: `👩‍👩‍👧 検査-1` }),
      `\u001B[10A\u001B]8;;http://x\u0007link\u001B]8;;\u0007\u0000\u009B2J`,
    );
    const stream = new FakeStream({ isTTY: true, columns: 40 });
    const { view } = show(TtyView, { journal, stream, logPath });
    vi.advanceTimersByTime(200);
    const own = /␛\[(\?7[lh]|2?[JKA]|C|\d+A|\d+m)/g;
    const rest = visibleEscapes(stream.text)
      .replaceAll(own, '')
      .replaceAll(/[\r\n]/g, '');
    expect(rest).not.toMatch(/[␛\p{Cc}\u202E\u2066]/u);
    expect(screenOf(stream.text, 40).join('\n')).toContain('link');
    view.close();
  });

  test('NO_COLOR leaves no colour in the live view', () => {
    vi.stubEnv('NO_COLOR', '1');
    const journal = new Journal(['a']);
    journal.start('a');
    journal.complete('a');
    const stream = new FakeStream({ isTTY: true });
    show(TtyView, { journal, stream, logPath }).view.close();
    expect(stream.text).toContain('completed');
    expect(visibleEscapes(stream.text)).not.toMatch(/␛\[\d+m/);
  });
});
