import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FoldedRun } from '../src/run/folded-run.ts';
import { GithubView } from '../src/view/github-view.ts';
import { FakeStream, Journal, nothing } from './run-events.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-github-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Shows a journal to its end, and answers with what was printed and the summary of the step. */
function shown(journal: Journal, log: string): { readonly text: string; readonly summary: string } {
  const path = join(folder, 'log');
  writeFileSync(path, log);
  const stream = new FakeStream();
  const run = new FoldedRun('bcdfghjkmn');
  const summary = join(folder, 'summary');
  const view = new GithubView(
    { run, stream, logPath: () => path, warningsAreNotes: false, flags: ' --state-dir kept', read: nothing },
    { GITHUB_STEP_SUMMARY: summary },
  );
  for (const event of journal.events) {
    run.add(event);
    view.news(event);
  }
  view.end({ status: 'failed', exitCode: 1 });
  return { text: stream.text, summary: readFileSync(summary, 'utf8') };
}

test('a summary of the step that GitHub would not take has fewer failures in it', () => {
  const journal = new Journal(Array.from({ length: 20 }, (_, index) => `p${index}`));
  for (let index = 0; index < 20; index++) {
    journal.start(`p${index}`);
    journal.fail(`p${index}`);
  }
  const { summary } = shown(journal, `${'検'.repeat(1_000)}\n`.repeat(30));
  expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
  const [, more] = /^(\d+) more failed\.$/m.exec(summary) ?? [];
  expect(Number(more)).toBe(20 - summary.split('\n').filter((line) => line.startsWith('**p')).length);
  expect(Number(more)).toBeLessThan(15);
});

test('what is left out of a log and of the summary is named by a command that finds the run', () => {
  const names = Array.from({ length: 201 }, (_, index) => `p${index}`);
  const journal = new Journal(names);
  journal.start('p0');
  journal.complete('p0');
  journal.add({ type: 'phase.cancelled', phases: ['p200'] });
  const { text, summary } = shown(journal, `first\n${'x'.repeat(256 * 1024)}\nlast\n`);
  expect(text).toContain('\nThe end of it. All: orch logs bcdfghjkmn p0 --state-dir kept\n');
  expect(text).toContain('\nlast\n');
  expect(text).not.toContain('first');
  const rows = summary.split('\n');
  expect(rows).toContain('1 more phase: `orch show bcdfghjkmn --state-dir kept`');
  // What did not go well comes first; of all else the last is left out.
  expect(rows.find((row) => row.startsWith('| p2'))).toMatch(/^\| p200 \| cancelled /);
  expect(rows.join('\n')).not.toContain('| p0 |');
});
