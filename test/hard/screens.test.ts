// What a person sees: screens of a real terminal, of many sizes and in many surroundings.
import { describe, expect, it } from 'vitest';
import { until } from '../../packages/cli/test/orch-process.ts';
import { available } from './need.ts';
import { Terminal } from './screens/terminal.ts';

/** Waits until the gate is opened. */
const wait = ': < gate';

const clock = /\b\d\d:\d\d:\d\d\b/g;
/** A line of the live block; words of the summary stand further in. */
const isBlock = (line: string): boolean => /^ \S/.test(line);
const isCounts = (line: string): boolean => /^ \d+ of \d+ completed/.test(line);

const onceEach = [
  'started     run',
  'completed   install',
  'failed      lint',
  ' build ',
  ' test  ',
  ' upload: ',
  ' of 5 com',
];

function isOnce(lines: readonly string[], text: string): boolean {
  return lines.filter((line) => line.includes(text)).length === 1;
}

/** Rows without the time of day and without lengths of time. */
function timeless(rows: readonly string[]): string[] {
  return rows.map((row) => row.replace(clock, 'TIME').replace(/\b(\d+ m )?\d+(\.\d)? s\b/g, 'LONG'));
}

/** A plan with something of every kind in it: what is done, failed, waits for another attempt, and runs. */
function planOfAllKinds({ ground }: Terminal): void {
  ground.plan(
    [
      { name: 'install', command: 'echo installed', depends_on: [] },
      { name: 'lint', command: 'echo 3 problems; exit 3', retry_count: 1, depends_on: ['install'] },
      {
        name: 'upload',
        command: 'echo no route; exit 7',
        retry: { max_attempts: 2, delay: '90m', max_delay: '90m', jitter: 'none' },
        depends_on: ['install'],
      },
      { name: 'build 検査', command: `printf '10 %%\\r\\033[31m60 %%\\033[0m'; ${wait}`, depends_on: ['install'] },
      {
        name: 'test',
        command: `echo 'all of the tests of this rather large project are being run now'; ${wait}`,
        depends_on: ['install'],
      },
    ],
    { concurrency: 4 },
  );
}

function planOfMany({ ground }: Terminal, { phases, concurrency }: { phases: number; concurrency: number }): void {
  ground.plan(
    Array.from({ length: phases }, (_, index) => ({
      name: `phase ${index}`,
      command: `echo output of ${index}; ${wait}`,
      depends_on: [],
    })),
    { concurrency },
  );
}

describe.runIf(available('tmux'))('the live view on a terminal', () => {
  it('of 80×24: finished phases above, and what runs, waits, failed and is done below', async () => {
    using terminal = new Terminal({ columns: 80, rows: 24 });
    planOfAllKinds(terminal);
    terminal.orch(['execute', 'plan.json', '--run-id', 'one']);
    await terminal.shows(/60 %\n.*tests of[^]*next attempt[^]*1 of 5 completed, 2 running, 1 failed/);
    expect(timeless(terminal.screen)).toEqual([
      'TIME started     run one  workflow demo, 5 phases, 4 at once',
      'TIME completed   install  attempt 1/3, LONG',
      'TIME failed      lint  attempt 1/1, LONG, exit code 3',
      ' build 検査  LONG  60 %',
      ' test        LONG  all of the tests of this rather large project are being run …',
      expect.stringMatching(/^ upload: next attempt in 1 h [23]\d m$/),
      ' failed: lint',
      ' 1 of 5 completed, 2 running, 1 failed  LONG',
    ]);
    terminal.type('C-c');
    expect(await terminal.ended()).toBe(130);
    expect(terminal.history.filter(isCounts)).toEqual([]);
    expect(terminal.history.filter((line) => line.includes('failed      lint'))).toHaveLength(1);
  });

  it.each([
    [40, 10],
    [20, 4],
    [8, 2],
    [250, 60],
  ])('of %i×%i: the block takes no more than two thirds of it, and no line is wider', async (columns, rows) => {
    using terminal = new Terminal({ columns, rows });
    planOfMany(terminal, { phases: 60, concurrency: 50 });
    terminal.orch(['execute', 'plan.json']);
    // There is more to show than any of them has room for.
    const room = Math.max(1, Math.floor((rows * 2) / 3));
    await until(
      () => terminal.block.length === room && (columns < 40 || terminal.block.at(-1)?.includes('50 running') === true),
      () => `a block of ${room} rows:\n${terminal.screen.join('\n')}`,
    );
    expect(terminal.block.at(-1)).toMatch(/^ 0 of/);
    expect(terminal.screen.filter(isCounts).length).toBeLessThan(2);
    terminal.openGate();
    expect(await terminal.ended()).toBe(0);
    const { history } = terminal;
    expect(history.filter((row) => /^\d\d:.* completed /.test(row))).toHaveLength(60);
    expect(history.filter(isBlock)).toEqual([]);
  });

  it('that is resized again and again: nothing of an old block is left, and no finished line is lost', async () => {
    using terminal = new Terminal({ columns: 80, rows: 24 });
    planOfAllKinds(terminal);
    terminal.orch(['execute', 'plan.json', '--run-id', 'one']);
    const said = /tests of[^]*next attempt[^]*failed: lint/;
    await terminal.shows(said);
    for (const [columns, rows] of [
      [60, 20],
      [40, 10],
      [41, 30],
      [120, 40],
      [60, 24],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      // Its lines are wrapped before orch hears of it; what is left behind then would be there for good.
      await until(
        () => terminal.block.length === 5 && onceEach.every((text) => isOnce(terminal.history, text)),
        () => `one block, and each line once, at ${columns}×${rows}:\n${terminal.history.join('\n')}`,
      );
    }
    terminal.type('C-c');
    expect(await terminal.ended()).toBe(130);
  });

  it('of a plan of 500 phases: it shows how many more there are, and in the end each of them once', async () => {
    using terminal = new Terminal({ columns: 80, rows: 24 });
    planOfMany(terminal, { phases: 500, concurrency: 40 });
    terminal.orch(['execute', 'plan.json']);
    await terminal.shows(/output of 13\n … and 26 more\n 0 of 500 completed, 40 running/);
    expect(terminal.screen.filter(isBlock)).toHaveLength(16);
    terminal.openGate();
    expect(await terminal.ended()).toBe(0);
    const done = terminal.history.flatMap((line) => /^\d\d:\d\d:\d\d completed {3}(phase \d+)/.exec(line)?.[1] ?? []);
    expect(new Set(done).size).toBe(500);
    expect(done).toHaveLength(500);
    expect(terminal.history.filter(isBlock)).toEqual([]);
  });

  it('has colours, and with NO_COLOR none', async () => {
    for (const env of [{}, { NO_COLOR: '1' }]) {
      using terminal = new Terminal({ columns: 80, rows: 24, env });
      planOfAllKinds(terminal);
      terminal.orch(['execute', 'plan.json']);
      await terminal.shows(/failed: lint/);
      const coloured = ['\u001B[32mcompleted', '\u001B[31mfailed'].map((it) => terminal.colours.includes(it));
      expect(coloured).toEqual('NO_COLOR' in env ? [false, false] : [true, true]);
      if ('NO_COLOR' in env) expect(terminal.colours).not.toContain('\u001B[');
    }
  });
});

describe.runIf(available('tmux'))('lines that are only appended', () => {
  /** What is shown in the end of a run of some phases, one after another. */
  async function screenAfter(terminal: Terminal, phases: number, behind?: string): Promise<readonly string[]> {
    planOfMany(terminal, { phases, concurrency: 1 });
    terminal.orch(['execute', 'plan.json', '--run-id', 'one'], behind);
    await terminal.shows(/started +phase 0/);
    terminal.openGate();
    expect(await terminal.ended()).toBe(0);
    return terminal.screen;
  }

  it.each([
    ['TERM=dumb', { TERM: 'dumb' }, ''],
    ['CI=true', { CI: 'true' }, ''],
    ['a pipe', {}, '2>&1 | cat'],
  ])('are what %s gets', async (_name, env, behind) => {
    using terminal = new Terminal({ columns: 80, rows: 24, env });
    const screen = await screenAfter(terminal, 2, behind);
    expect(timeless(screen.slice(0, screen.indexOf('')))).toEqual([
      'TIME started     run one: workflow demo, 2 phases, 1 at once',
      'TIME started     phase 0: attempt 1/3',
      'TIME completed   phase 0: attempt 1/3, LONG',
      'TIME started     phase 1: attempt 1/3',
      'TIME completed   phase 1: attempt 1/3, LONG',
    ]);
    expect(screen.slice(screen.indexOf('')).join('\n')).toMatch(/^\nRun one of demo: completed after/);
    if ('TERM' in env || behind !== '') expect(terminal.colours).not.toContain('\u001B[');
  });

  it('are, with groups of logs, what GITHUB_ACTIONS=true gets', async () => {
    using terminal = new Terminal({ columns: 80, rows: 24, env: { GITHUB_ACTIONS: 'true', CI: 'true' } });
    const screen = await screenAfter(terminal, 1);
    expect(timeless(screen.slice(0, screen.indexOf('')))).toEqual([
      'TIME started     run one: workflow demo, 1 phase, 1 at once',
      'TIME started     phase 0: attempt 1/3',
      '::group::completed phase 0: attempt 1/3, LONG',
      expect.stringMatching(/^::stop-commands::[0-9a-f]{32}$/),
      'output of 0',
      expect.stringMatching(/^::[0-9a-f]{32}::$/),
      '::endgroup::',
    ]);
  });
});

describe.runIf(available('tmux'))('a table of runs on a terminal of 40 columns', () => {
  it.each([
    ['list', ['list']],
    ['prune', ['prune', '--keep-last', '0', '--dry-run']],
  ])('of %s has a row for each, and says where the rest of it is', async (_, args) => {
    using terminal = new Terminal({ columns: 40, rows: 24 });
    terminal.ground.plan([{ name: 'a', command: 'true' }], { workflow_id: 'a-rather-long-name-of-a-workflow' });
    for (const id of ['nightly-1', 'nightly-2']) await terminal.ground.orch('execute', 'plan.json', '--run-id', id);
    terminal.orch(args);
    expect(await terminal.ended()).toBe(0);
    const { screen } = terminal;
    expect(screen.slice(0, 4)).toEqual([
      expect.stringMatching(/^RUN +WORKFLOW +STATUS\b/),
      expect.stringMatching(/^nightly-2 .*… +completed\b/),
      expect.stringMatching(/^nightly-1 .*… +completed\b/),
      'More: --json',
    ]);
  });
});
