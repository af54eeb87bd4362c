import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { paintFor } from '../src/view/colour.ts';
import { summaryLines } from '../src/view/summary.ts';
import type { SummaryOptions } from '../src/view/summary.ts';
import { displayWidth } from '../src/view/text.ts';
import { FakeStream, Journal, owner as journalOwner } from './run-events.ts';
import { fixSurroundings } from './show-view.ts';

let folder: string;

fixSurroundings();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-summary-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const logPath = ({ key }: { readonly key: string }): string => join(folder, `${key}.log`);

function linesOf(
  journal: Journal,
  options: Pick<SummaryOptions, 'status' | 'columns'> & { readonly recover?: string },
): string[] {
  const paint = paintFor(new FakeStream());
  return summaryLines({ run: journal.folded(), paint, logPath, recover: '', flags: '', ...options });
}

describe('the summary', () => {
  test('names what failed, why, the end of its log and the command to go on', () => {
    const journal = new Journal(['a', 'b', 'c'], { retryCount: 1, needs: { b: ['a'] } });
    journal.start('a');
    journal.at += 2_000;
    journal.complete('a');
    journal.start('b');
    journal.at += 1_000;
    journal.fail('b');
    journal.add({ type: 'phase.skipped', phases: ['c'], reason: 'deps_not_met', cause: 'b' });
    journal.add({ type: 'run.failed', reason: 'phases' });
    writeFileSync(logPath({ key: 'b-1' }), Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`).join(''));
    const lines = linesOf(journal, { status: 'failed', recover: 'orch recover x' });
    expect(lines.slice(0, 8)).toEqual([
      '',
      'Run bcdfghjkmn of demo: failed after 3.0 s; phases: 1 completed, 1 failed, 1 skipped',
      'Critical path (3.0 s): a 2.0 s > b 1.0 s',
      'Slowest: a 1.2 s, b 0.3 s',
      '',
      'failed b: exit code 2',
      '  Read its log.',
      `  Last 20 lines of ${logPath({ key: 'b-1' })}:`,
    ]);
    expect(lines.slice(8, 28)).toEqual(Array.from({ length: 20 }, (_, index) => `  | line ${index + 11}`));
    expect(lines.slice(28)).toEqual(['', 'To go on: orch recover x']);
  });

  test('of a completed run is short', () => {
    const journal = new Journal(['a']);
    journal.start('a');
    journal.complete('a');
    journal.add({ type: 'run.completed' });
    const lines = linesOf(journal, { status: 'completed' });
    expect(lines).toEqual(['', 'Run bcdfghjkmn of demo: completed after 0.0 s; phases: 1 completed']);
  });

  test('of a run whose driver was killed counts what it left running', () => {
    const journal = new Journal(['a', 'b'], { needs: { b: ['a'] } });
    journal.start('a');
    expect(linesOf(journal, { status: 'interrupted' })[1]).toMatch(/; phases: 1 left running, 1 pending$/);
  });

  test('of a run that was taken up again tells both times', () => {
    const journal = new Journal(['a']);
    journal.start('a');
    journal.at += 60_000;
    journal.add({ type: 'run.started', owner: { ...journalOwner, pid: 8 }, orchVersion: '0', concurrency: 2 });
    journal.at += 2_000;
    journal.complete('a');
    journal.add({ type: 'run.completed' });
    const lines = linesOf(journal, { status: 'completed' });
    expect(lines[1]).toContain(
      'completed after 1 m 02 s, 2.0 s of it since it was taken up again; phases: 1 completed',
    );
  });

  test('has no line that is wider than the terminal, but for those of a log, paths and commands', () => {
    const long = 'a phase with a name that is rather long 検査検査検査検査検査検査検査検査検査検査';
    const journal = new Journal([long, 'b'], { retryCount: 1, needs: { b: [long] } });
    journal.start(long);
    journal.at += 2_000;
    journal.complete(long);
    journal.start('b');
    journal.at += 1_000;
    journal.fail('b');
    journal.add({ type: 'run.failed', reason: 'phases' });
    const log = 'a line of a log that is longer than forty columns are, and stays whole';
    writeFileSync(logPath({ key: 'b-1' }), `${log}\n`);
    const lines = linesOf(journal, {
      status: 'failed',
      columns: 40,
      recover: 'orch recover bcdfghjkmn --state-dir /srv/state/of/orch --backend sqlite:/srv/orch.db',
    });
    expect(lines).toContain(`  | ${log}`);
    expect(lines).toContain(`    ${logPath({ key: 'b-1' })}:`);
    const others = lines.filter((line) => !line.startsWith('  |') && !line.includes(folder));
    for (const line of others) expect(displayWidth(line), line).toBeLessThanOrEqual(40);
    expect(others.slice(-4)).toEqual([
      'To go on:',
      '  orch recover bcdfghjkmn \\',
      '    --state-dir /srv/state/of/orch \\',
      '    --backend sqlite:/srv/orch.db',
    ]);
    expect(others.join(' ')).toContain('Critical path (3.0 s):');
  });
});
