import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Quantiles } from '../../src/stats/quantiles.ts';
import { RunTally } from '../../src/stats/run-tally.ts';
import { StatsSum } from '../../src/stats/stats.ts';
import type { Stats } from '../../src/stats/stats.ts';
import { statsLines } from '../../src/view/stats-text.ts';
import { displayWidth } from '../../src/view/text.ts';
import { Playground, until, waitForGo } from '../orch-process.ts';
import { Journal } from '../run-events.ts';

function statsOf(...journals: readonly Journal[]): Stats {
  const sum = new StatsSum();
  for (const journal of journals) {
    const tally = new RunTally();
    for (const event of journal.events) tally.add(event);
    sum.add(tally);
  }
  return sum.stats;
}

/** `a` completes, `b` fails and so does the run. */
function failing(): Journal {
  const journal = new Journal(['a', 'b'], { retryCount: 2 });
  journal.start('a');
  journal.complete('a');
  journal.start('b');
  journal.fail('b', { retryInMs: 1_000 });
  journal.start('b', 2);
  journal.fail('b', { attempt: 2 });
  journal.add({ type: 'run.failed', reason: 'phases' });
  return journal;
}

describe('the figures', () => {
  test('of runs that completed, failed, and have not ended', () => {
    const good = new Journal(['a']);
    good.start('a');
    good.complete('a');
    good.add({ type: 'run.completed' });
    const unfinished = new Journal(['a']);
    unfinished.start('a');
    expect(statsOf(good, failing(), unfinished)).toMatchObject({
      runs: 3,
      ended: 2,
      completed: 1,
      failed: 1,
      cancelled: 0,
      success: 0.5,
      recovered: 0,
      recovery: null,
      retries: 1,
      lostMs: 600,
      savedMs: 0,
    });
  });

  test('of no run at all divide by nothing', () => {
    expect(statsOf()).toMatchObject({ runs: 0, success: null, recovery: null, workflows: [] });
    const unfinished = statsOf(new Journal(['a']));
    expect(unfinished).toMatchObject({ runs: 1, ended: 0, success: null, recovery: null });
    expect(statsLines(unfinished, {}).join('\n')).toContain('success   none ended');
    expect(statsLines(unfinished, {}).join('\n')).not.toContain('NaN');
  });

  test('of a recovered run: what completed before was saved, and what is run again was not', () => {
    const journal = failing();
    journal.epoch++;
    journal.add({ type: 'run.reset', cause: 'recover', phases: ['b'] });
    journal.add({ type: 'run.started', owner: { ...ownerOf(journal), pid: 8 }, orchVersion: '0', concurrency: 2 });
    journal.start('b', 3);
    journal.complete('b', 3);
    journal.add({ type: 'run.completed' });
    expect(statsOf(journal)).toMatchObject({
      ended: 1,
      success: 1,
      recovered: 1,
      completedAfterRecover: 1,
      recovery: 1,
      // The attempt after the reset is none.
      retries: 1,
      savedMs: 1_200,
      workflows: [
        {
          workflow: 'demo',
          phases: [
            { name: 'a', completed: 1, failed: 0, savedMs: 1_200, p50Ms: 1_200, p95Ms: 1_200 },
            { name: 'b', completed: 1, failed: 2, retries: 1, lostMs: 600, savedMs: 0 },
          ],
        },
      ],
    });
  });

  test('of a run that goes back: nothing of what is run again was saved', () => {
    const journal = failing();
    journal.epoch++;
    journal.add({ type: 'run.reset', cause: 'rewind', phases: ['a', 'b'] });
    journal.takeUp();
    expect(statsOf(journal)).toMatchObject({ recovered: 1, completedAfterRecover: 0, recovery: 0, savedMs: 0 });
  });

  test('of an attempt that was lost: the time until that was known, at most its timeout', () => {
    const journal = new Journal(['a']);
    journal.add({ type: 'phase.started', phase: 'a', attempt: 1, part: 'main', key: 'k', timeoutMs: 5_000 });
    journal.at += 60_000;
    journal.takeUp();
    journal.add({ type: 'phase.interrupted', phase: 'a', attempt: 1, part: 'main', reason: 'lost' });
    expect(statsOf(journal)).toMatchObject({ lostMs: 5_000, workflows: [{ phases: [{ interrupted: 1 }] }] });
  });

  test('of a run that waited for a time, which is no recovery', () => {
    const journal = new Journal(['a']);
    journal.add({ type: 'run.waiting', for: 'time', until: 5 });
    journal.takeUp();
    expect(statsOf(journal)).toMatchObject({ recovered: 0, recovery: null });
  });
});

function ownerOf(journal: Journal): Extract<Journal['events'][number], { type: 'run.started' }>['owner'] {
  const started = journal.events.find((event) => event.type === 'run.started');
  if (started?.type !== 'run.started') throw new Error('it was not started');
  return started.owner;
}

describe('quantiles', () => {
  test('are within 1 % of the truth', () => {
    const quantiles = new Quantiles();
    for (let ms = 1; ms <= 100_000; ms++) quantiles.add(ms);
    for (const share of [0.01, 0.5, 0.95, 1])
      expect(Math.abs((quantiles.at(share) ?? 0) / (share * 100_000) - 1)).toBeLessThan(0.0101);
  });

  test.each([
    [[], undefined],
    [[7], 7],
    [[0, 0], 0],
    [[86_400_000 * 30], 86_400_000 * 30],
  ])('of %j is %j', (times, p50) => {
    const quantiles = new Quantiles();
    for (const ms of times) quantiles.add(ms);
    expect(quantiles.at(0.5)).toBe(p50);
    expect(quantiles.at(0.95)).toBe(p50);
  });
});

test('text fits the terminal, and names how many phases are left out', () => {
  const names = Array.from({ length: 60 }, (_, index) => `a phase of a rather long name, ${index}`);
  const journal = new Journal(names);
  for (const name of names) {
    journal.start(name);
    journal.complete(name);
  }
  const lines = statsLines(statsOf(journal), { columns: 70 });
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(70);
  expect(lines.slice(-2)).toEqual(['and 10 more phases: --json', 'More: --json']);
  expect(statsLines(statsOf(journal), { columns: 120 }).at(-1)).toBe('and 10 more phases: --json');
});

test('a narrow terminal has the times, and is told that there is more', () => {
  const journal = new Journal(['build of all packages', 'b']);
  journal.start('build of all packages');
  journal.complete('build of all packages');
  const lines = statsLines(statsOf(journal), { columns: 40 });
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(40);
  const [titles = ''] = lines.filter((line) => line.startsWith('PHASE'));
  expect(titles.split(/ +/)).toEqual(['PHASE', 'P50', 'P95', 'LOST', 'SAVED']);
  expect(lines.at(-1)).toBe('More: --json');
  const wide = statsLines(statsOf(journal), {});
  expect(wide.join('\n')).toMatch(/PHASE +COMPLETED +FAILED +INTERRUPTED +RETRIES +P50 +P95 +LOST +SAVED/);
  expect(wide).not.toContain('More: --json');
});

describe('orch stats', () => {
  let ground: Playground;
  beforeEach(() => {
    ground = new Playground();
  });
  afterEach(() => ground[Symbol.dispose]());

  test('of an empty state folder says so, and ends with 0', async () => {
    expect(await ground.orch('stats')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `There are no runs in ${ground.path('.orch')}.\n`,
    });
    expect((await ground.orch('stats', '--since', '1d')).stderr).toContain('There are no such runs in ');
    expect(await ground.json('stats', '--json')).toMatchObject({ runs: 0, success: null, workflows: [], leftOut: [] });
  });

  test('counts the runs of all backends, a copy once, and those of a workflow and a time', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    ground.plan([{ name: 'b', command: 'false', retry_count: 1 }], { name: 'bad.json', workflow_id: 'bad' });
    await ground.orch('execute', 'plan.json', '--run-id', 'one');
    await ground.orch('copy', 'one', '--to', 'sqlite');
    await ground.orch('execute', 'bad.json', '--run-id', 'two', '--backend', 'sqlite');
    expect(await ground.json('stats', '--json')).toMatchObject({
      runs: 2,
      ended: 2,
      success: 0.5,
      workflows: [
        { workflow: 'demo', success: 1 },
        { workflow: 'bad', success: 0 },
      ],
      leftOut: [],
    });
    expect(await ground.json('stats', '--workflow', 'bad', '--json')).toMatchObject({ runs: 1, failed: 1 });
    expect(await ground.json('stats', '--since', '1d', '--json')).toMatchObject({ runs: 2 });
    expect(await ground.json('stats', '--since', '0s', '--json')).toMatchObject({ runs: 0 });
    const { stdout } = await ground.orch('stats', '--workflow', 'bad');
    expect(stdout).toMatch(/^bad: 1 run, 1 ended: 0 completed, 1 failed, 0 cancelled\n {2}success {3}0\.0 %\n/);
    expect(stdout).toMatch(/^b +0 +1 +0 +0 +- +- +0\.\d s +0\.0 s$/m);
    expect(await ground.orch('stats', '--since', 'monday')).toMatchObject({ code: 2 });
  });

  test('counts a run that was killed and recovered', async () => {
    ground.plan([
      { name: 'a', command: 'true' },
      { name: 'b', command: waitForGo, depends_on: ['a'] },
    ]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    driver.kill('SIGTERM');
    await driver.ended;
    writeFileSync(ground.path('go'), '');
    await ground.orch('recover', 'one');
    expect(await ground.json('stats', '--json')).toMatchObject({
      success: 1,
      recovered: 1,
      recovery: 1,
      retries: 0,
      workflows: [
        {
          phases: [
            { name: 'a', interrupted: 0 },
            { name: 'b', interrupted: 1, completed: 1 },
          ],
        },
      ],
    });
  });

  test('names damaged runs, and leaves them out', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    for (const run of ['one', 'two', 'three']) await ground.orch('execute', 'plan.json', '--run-id', run);
    for (const run of ['one', 'two']) {
      const path = ground.path(`.orch/runs/${run}/journal-1`);
      const bytes = readFileSync(path);
      bytes[700] = (bytes[700] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    }
    // Of one even the list knows nothing.
    rmSync(ground.path('.orch/runs/two/run.json'));
    const { code, stdout, stderr } = await ground.orch('stats', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ runs: 1, success: 1, leftOut: [{ run: 'two' }, { run: 'one' }] });
    expect(stderr).toMatch(/^warning: left out: run one: .* is damaged at byte \d+/m);
    expect(stderr).toMatch(/^warning: left out: run two: /m);
  });
});
