import { mkdirSync } from 'node:fs';
import { commandPlugin } from '@orch/plugin-command';
import { retryPlugin } from '@orch/plugin-retry';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeJsonBackend } from '../../packages/backend-json/src/json-backend.ts';
import { changed, imageOf, rewrite, under } from './damage/folder-image.ts';
import type { Entry, FolderImage } from './damage/folder-image.ts';
import type { Judge } from './damage/judge.ts';
import { emptied, flips, linesOf, lost, moves, replaced, truncations } from './damage/mutations.ts';
import type { Mutation } from './damage/mutations.ts';
import { journalsIn, makeRealRuns, partOf } from './damage/real-runs.ts';
import type { RealRuns, RunName } from './damage/real-runs.ts';
import { emptyFolder, judgeOf } from './damage/stage.ts';
import type { StageOptions } from './damage/stage.ts';
import { Tally } from './damage/tally.ts';
import type { Verdict } from './damage/tally.ts';
import { unflushedFiles } from './damage/unflushed-files.ts';
import { listingAllOrNothing, repairing, withoutChecksums, withoutSummaries } from './damage/weaknesses.ts';

// Seconds on a machine of its own, minutes on one that others use too.
vi.setConfig({ testTimeout: 300_000 });

const tally = new Tally();
let runs: RealRuns;
let image: FolderImage;
beforeAll(async () => {
  runs = await makeRealRuns();
  image = runs.image;
}, 120_000);
afterAll(() => {
  runs[Symbol.dispose]();
  console.log(`Damage to other files, cases by verdict:\n${tally.table()}`);
});

/** Judges all of them; fails where one is not what it must be. */
async function judgeAll(
  judge: Judge,
  mutations: Iterable<Mutation>,
  verdicts: readonly Verdict[],
  options: Parameters<Judge['judge']>[1] = {},
): Promise<void> {
  for (const mutation of mutations) {
    const verdict = await judge.judge(mutation, options);
    if (!verdicts.includes(verdict)) expect.fail(`${mutation.what}: ${verdict}; ${tally.violations.at(-1)}`);
  }
}

describe('run.json', () => {
  const path = (run: RunName): string => `runs/${run}/run.json`;

  test.each<RunName>(['ended', 'killed', 'taken'])(
    'of the run %s: changed, cut or lost, it is harmless',
    async (run) => {
      const judge = await judgeOf(runs, run, tally);
      await judgeAll(judge, flips(image, path(run)), ['harmless']);
      await judgeAll(judge, truncations(image, path(run)), ['harmless']);
      await judgeAll(judge, [lost(image, path(run))], ['harmless']);
    },
  );

  test('an older one is harmless', async () => {
    const judge = await judgeOf(runs, 'taken', tally);
    for (const summary of runs.olderSummaries) {
      const older = { image: new Map([['older', summary]]), path: 'older' };
      await judgeAll(judge, [replaced(image, path('taken'), older)], ['harmless']);
    }
    expect(runs.olderSummaries.length).toBeGreaterThan(2);
  });

  test('another run’s is not taken for its own', async () => {
    for (const run of ['ended', 'killed', 'taken'] as const) {
      const judge = await judgeOf(runs, run, tally);
      const others = (['ended', 'killed', 'taken', 'bystander'] as const).filter((other) => other !== run);
      const copies = others.map((other) => replaced(image, path(run), { image, path: `runs/${other}/run.json` }));
      await judgeAll(judge, copies, ['harmless']);
    }
  });
});

describe('journals and folders of other runs', () => {
  test('a journal copied over another one: refused', async () => {
    const donors = (['ended', 'killed', 'taken'] as const).flatMap((run) => journalsIn(image, run));
    for (const run of ['ended', 'killed', 'taken'] as const) {
      const judge = await judgeOf(runs, run, tally);
      for (const own of journalsIn(image, run))
        for (const donor of donors)
          if (donor !== own) await judgeAll(judge, [replaced(image, own, { image, path: donor })], ['refused']);
    }
  });

  test('a folder copied over another one: refused', async () => {
    for (const run of ['ended', 'killed', 'taken'] as const) {
      const judge = await judgeOf(runs, run, tally);
      for (const donor of ['ended', 'killed', 'taken', 'bystander'])
        if (donor !== run)
          await judgeAll(judge, [replaced(image, `runs/${run}`, { image, path: `runs/${donor}` })], ['refused']);
    }
  });

  test('a journal that is lost: refused, for run.json names even the newest', async () => {
    for (const run of ['ended', 'killed', 'taken'] as const) {
      const judge = await judgeOf(runs, run, tally);
      for (const own of journalsIn(image, run)) await judgeAll(judge, [lost(image, own)], ['refused']);
    }
  });
});

test('all journals of a run and its run.json, lost together: refused', async () => {
  for (const run of ['ended', 'killed', 'taken'] as const) {
    const judge = await judgeOf(runs, run, tally);
    const all = lost(image, `runs/${run}/run.json`, ...journalsIn(image, run));
    await judgeAll(judge, [all], ['refused']);
  }
});

describe('messages', () => {
  const letters = (): readonly string[] =>
    [...image.keys()].filter((path) => path.startsWith('runs/messaged/inbox/')).toSorted();

  test('changed or cut: the run is refused to whoever takes it up', async () => {
    const judge = await judgeOf(runs, 'messaged', tally);
    expect(letters()).toHaveLength(2);
    for (const path of letters()) {
      await judgeAll(judge, flips(image, path), ['refused']);
      await judgeAll(judge, truncations(image, path), ['refused']);
    }
  });

  test('exchanged, or those of another run: refused', async () => {
    const judge = await judgeOf(runs, 'messaged', tally);
    const [first = '', second = ''] = letters();
    const foreign = await postedTo('killed');
    const copies = [
      replaced(image, first, { image, path: second }),
      replaced(image, second, { image, path: first }),
      ...letters().map((path) =>
        replaced(image, path, { image: new Map([['foreign', foreign.entry]]), path: 'foreign' }),
      ),
      {
        group: 'inbox/*.json: replaced',
        what: 'a message of another run added',
        change: new Map([[`runs/messaged/inbox/${foreign.name}`, foreign.entry]]),
      },
    ];
    await judgeAll(judge, copies, ['refused']);
  });

  test('lost: not to be known; the other one still counts', async () => {
    const judge = await judgeOf(runs, 'messaged', tally);
    for (const path of letters()) await judgeAll(judge, [lost(image, path)], ['harmless']);
    const all = [lost(image, 'runs/messaged/inbox'), emptied(image, 'runs/messaged/inbox')];
    await judgeAll(judge, all, ['harmless'], { mayEndAs: ['completed'] });
  });

  async function postedTo(run: RunName): Promise<{ readonly name: string; readonly entry: Entry }> {
    const folder = emptyFolder();
    rewrite(folder, new Map(), partOf(image, [run]));
    const backend = makeJsonBackend(folder, unflushedFiles);
    await backend.open();
    expect(await backend.post(run, { id: 'm', body: { type: 'cancel', by: 'x' } })).toBe('posted');
    await backend.close();
    const [name, entry] = under(imageOf(folder), `runs/${run}/inbox`)[1] ?? [];
    if (name === undefined || entry === undefined) throw new Error('nothing was posted');
    return { name: name.replace(/.*\//, ''), entry };
  }
});

test('.gitignore: harmless', async () => {
  const judge = await judgeOf(runs, 'killed', tally);
  const all = [...flips(image, '.gitignore', 1), ...truncations(image, '.gitignore'), lost(image, '.gitignore')];
  await judgeAll(judge, all, ['harmless']);
});

describe('a run that somebody was killed in the middle of taking', () => {
  test('is shown as far as it was known, and taken up whole, also without run.json', async () => {
    const { stage, path, events } = await halfTaken();
    const judge = await judgeOf(runs, 'taken', tally, stage);
    await judgeAll(judge, [lost(stage.image, 'runs/taken/run.json')], ['harmless', 'shorter']);
    await judgeAll(judge, flips(stage.image, path), ['refused']);
    await judgeAll(judge, truncations(stage.image, path), ['refused']);
    expect(events).toBeGreaterThan(12);
  });

  async function halfTaken(): Promise<{
    readonly stage: StageOptions & { readonly image: FolderImage };
    readonly path: string;
    readonly events: number;
  }> {
    const folder = emptyFolder();
    rewrite(folder, new Map(), partOf(image, ['taken']));
    const backend = makeJsonBackend(folder, unflushedFiles);
    await backend.open();
    const owner = { host: 'h', machine: 'm', boot: 'b', namespace: 'n', pid: 1, startTime: '1' };
    await backend.acquire('taken', { owner, token: 'half', ttlMs: 0, overEpoch: 3 });
    let events = 0;
    for await (const some of backend.read('taken')) events += some.length;
    await backend.close();
    const path = 'runs/taken/journal-4';
    const whole = imageOf(folder).get(path);
    const [first] = linesOf(whole as Buffer);
    if (first === undefined) throw new Error('nobody took it');
    const half = changed(partOf(image, ['taken', 'bystander']), new Map([[path, first]]));
    return { stage: { image: half, promised: { shown: 2, kept: events } }, path, events };
  }
});

describe('files of attempts', () => {
  const stage = (): StageOptions => {
    const folder = emptyFolder();
    mkdirSync(folder, { recursive: true });
    return { folder, plugins: [commandPlugin({ directory: folder }), retryPlugin()], exitCodes: [0, 7] };
  };
  const stateOf = (run: RunName, phase: string): string =>
    [...image.keys()].find((path) => path.startsWith(`runs/${run}/attempts/${phase}.`) && path.endsWith('.state')) ??
    '';
  const either: readonly Verdict[] = ['harmless', 'again'];

  test.each<RunName>(['killed', 'failing'])('of the run %s: never another outcome, at most once more', async (run) => {
    const judge = await judgeOf(runs, run, tally, stage());
    const path = stateOf(run, 'review');
    await judgeAll(judge, flips(image, path), either);
    await judgeAll(judge, truncations(image, path), ['again']);
    await judgeAll(judge, moves(image, path), either);
    const donors = [stateOf('killed', 'review'), stateOf('failing', 'review'), stateOf('killed', 'build')];
    for (const donor of donors)
      if (donor !== path) await judgeAll(judge, [replaced(image, path, { image, path: donor })], ['again']);
    await judgeAll(judge, [lost(image, path), lost(image, path.replace('.state', '.log'))], either);
  });

  test('of a completed phase are never looked at again', async () => {
    const judge = await judgeOf(runs, 'killed', tally, stage());
    const path = stateOf('killed', 'build');
    await judgeAll(judge, [...truncations(image, path)].slice(0, 5), ['harmless']);
    await judgeAll(
      judge,
      [lost(image, path), replaced(image, path, { image, path: stateOf('failing', 'review') })],
      ['harmless'],
    );
  });

  test('folders lost, emptied, and those of another run', async () => {
    const judge = await judgeOf(runs, 'killed', tally, stage());
    const path = 'runs/killed/attempts';
    const all = [
      lost(image, path),
      emptied(image, path),
      replaced(image, path, { image, path: 'runs/failing/attempts' }),
    ];
    await judgeAll(judge, all, ['again']);
    await judgeAll(judge, [lost(image, 'runs/killed/artifacts'), lost(image, 'runs/killed/inbox')], ['harmless']);
  });
});

describe('planted weaknesses are caught', () => {
  test.each<[string, RunName, StageOptions, () => Iterable<Mutation>]>([
    ['no checksums', 'killed', { files: withoutChecksums() }, () => flips(image, 'runs/killed/journal-1')],
    [
      'no memory of what was flushed',
      'ended',
      { files: withoutSummaries },
      () => truncations(image, 'runs/ended/journal-1'),
    ],
    ['a repair by a reader', 'ended', { wrap: repairing }, () => flips(image, 'runs/ended/journal-1')],
    [
      'a list that one run refuses',
      'killed',
      { wrap: listingAllOrNothing },
      () => flips(image, 'runs/killed/journal-1'),
    ],
  ])('%s', async (_name, run, options, mutations) => {
    const caught = new Tally();
    const judge = await judgeOf(runs, run, caught, options);
    let index = 0;
    for (const mutation of mutations()) if (index++ % 17 === 0) await judge.judge(mutation);
    expect(caught.violations.length).toBeGreaterThan(caught.cases / 20);
  });
});

test('so many cases', () => {
  const of = (group: string): number => tally.countOf((it) => it.startsWith(group));
  expect(of('run.json')).toBeGreaterThan(2_000);
  expect(of('inbox')).toBeGreaterThan(350);
  expect(of('attempts')).toBeGreaterThan(150);
  expect(of('journal: replaced')).toBe(20);
  expect(of('folder of a run')).toBe(9);
});
