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

test('what is left out of a log and of the summary is named by a command that finds the run', () => {
  const names = Array.from({ length: 201 }, (_, index) => `p${index}`);
  const journal = new Journal(names);
  journal.start('p0');
  journal.complete('p0');
  journal.add({ type: 'phase.cancelled', phases: ['p200'] });
  const log = join(folder, 'log');
  writeFileSync(log, `first\n${'x'.repeat(256 * 1024)}\nlast\n`);
  const stream = new FakeStream();
  const run = new FoldedRun('bcdfghjkmn');
  const summary = join(folder, 'summary');
  const view = new GithubView(
    { run, stream, logPath: () => log, warningsAreNotes: false, flags: ' --state-dir kept', read: nothing },
    { GITHUB_STEP_SUMMARY: summary },
  );
  for (const event of journal.events) {
    run.add(event);
    view.news(event);
  }
  view.end({ status: 'cancelled', exitCode: 1 });
  expect(stream.text).toContain('\nThe end of it. All: orch logs bcdfghjkmn p0 --state-dir kept\n');
  expect(stream.text).toContain('\nlast\n');
  expect(stream.text).not.toContain('first');
  const rows = readFileSync(summary, 'utf8').split('\n');
  expect(rows).toContain('1 more phase: `orch show bcdfghjkmn --state-dir kept`');
  // What did not go well comes first; of all else the last is left out.
  expect(rows.find((row) => row.startsWith('| p2'))).toMatch(/^\| p200 \| cancelled /);
  expect(rows.join('\n')).not.toContain('| p0 |');
});
