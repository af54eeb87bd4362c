import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentEnd } from '../../packages/backend-json/src/room.ts';
import { Playground, isAlive, until } from '../../packages/cli/test/orch-process.ts';
import { changed, differences, imageOf, rewrite } from './damage/folder-image.ts';
import type { FolderImage } from './damage/folder-image.ts';
import { emptied, flips, linesOf, lost, moves, replaced, truncations } from './damage/mutations.ts';
import type { Mutation } from './damage/mutations.ts';
import { journalsIn, makeRealRuns } from './damage/real-runs.ts';
import type { RealRuns, RunName } from './damage/real-runs.ts';

let runs: RealRuns;
beforeAll(async () => {
  runs = await makeRealRuns();
}, 120_000);
afterAll(() => runs[Symbol.dispose]());

/** Puts the state folder back when the test is over. */
async function withDamage<T>(
  mutation: Mutation,
  work: (damaged: FolderImage, folder: string) => Promise<T>,
): Promise<T> {
  const folder = runs.ground.path('.orch');
  const damaged = changed(runs.image, mutation.change);
  rewrite(folder, runs.image, damaged);
  try {
    return await work(damaged, folder);
  } finally {
    rewrite(folder, imageOf(folder), runs.image);
  }
}

const nth = (mutations: Iterable<Mutation>, index: number): Mutation => {
  const found = [...mutations].at(index);
  if (found === undefined) throw new Error(`There is no mutation ${index}`);
  return found;
};

describe('a damaged run: exit code 5, file, byte and next step, and no byte is changed', () => {
  const killed = 'runs/killed/journal-1';
  test.each<[string, RunName, RegExp, (image: FolderImage) => Mutation]>([
    ['a header', 'killed', /killed\/journal-1 is damaged at byte 0: the header/, (it) => nth(flips(it, killed), 4)],
    ['an event', 'killed', /killed\/journal-1 is damaged at byte \d{3,}: /, (it) => nth(flips(it, killed), 2_000)],
    ['a swap', 'taken', /taken\/journal-2 is damaged at byte \d+/, (it) => swapped(it, 'runs/taken/journal-2')],
    [
      'a cut',
      'ended',
      /ended\/journal-1 ends at byte 2\d+, but /,
      (it) => nth(truncations(it, 'runs/ended/journal-1'), 3_000),
    ],
    ['a lost journal', 'taken', /taken\/journal-1 ends at byte 0, but /, (it) => lost(it, 'runs/taken/journal-1')],
    [
      'a foreign journal',
      'killed',
      /at byte 0: it belongs to epoch 1 of run ended/,
      (it) => replaced(it, killed, { image: it, path: 'runs/ended/journal-1' }),
    ],
    [
      'a foreign run',
      'killed',
      /at byte 0: it belongs to epoch \d of run taken/,
      (it) => replaced(it, 'runs/killed', { image: it, path: 'runs/taken' }),
    ],
    ['a message', 'messaged', /inbox\/0{11}1-.*\.json is damaged at byte 0: /, (it) => nth(flips(it, letter(it)), 30)],
    ['a later release', 'killed', /a record of format 2 at byte \d+; this release reads format 1/, laterFormat],
  ])('%s', async (_name, run, words, mutation) => {
    await withDamage(mutation(runs.image), async (damaged, folder) => {
      const recover = await runs.ground.orch('recover', run, '--json');
      expect(recover.stderr).toMatch(words);
      expect(recover.stderr).toMatch(/\n {2}\S.*\n {2}\[ORCH_JOURNAL_(DAMAGED|TRUNCATED|NEWER)\]\n$/);
      expect(recover.stderr).not.toMatch(/^ +at /m);
      expect(JSON.parse(recover.stdout)).toMatchObject({ error: { code: expect.stringMatching(/^ORCH_JOURNAL_/) } });
      expect(recover.code).toBe(5);
      const doctor = await runs.ground.orch('doctor');
      expect(doctor.stdout).toMatch(words);
      expect(doctor.stdout).toMatch(/: 6 runs, 1 error/);
      expect(doctor.code).toBe(5);
      expect(differences(imageOf(folder), damaged)).toEqual([]);
    });
  });

  const swapped = (image: FolderImage, path: string): Mutation =>
    nth(
      [...moves(image, path)].filter(({ what }) => what.includes('swapped')),
      -1,
    );
  const letter = (image: FolderImage): string =>
    [...image.keys()].find((path) => path.startsWith('runs/messaged/inbox/')) ?? '';

  function laterFormat(image: FolderImage): Mutation {
    const bytes = image.get(killed) as Buffer;
    const end = contentEnd(bytes);
    const lines = linesOf(bytes.subarray(0, end));
    const last = Buffer.from(lines.at(-1) ?? '');
    last.write('2', 0);
    last.write(crc32(last.subarray(0, 21)).toString(16).padStart(8, '0'), 21);
    const change = new Map([[killed, Buffer.concat([...lines.slice(0, -1), last, bytes.subarray(end)])]]);
    return { group: 'journal: later format', what: 'a record of format 2', change };
  }
});

describe('journal and run.json lost together', () => {
  const all = (run: RunName) => (it: FolderImage) => lost(it, `runs/${run}/run.json`, ...journalsIn(it, run));

  test('whoever names the run is told of its folder, and nothing is changed', async () => {
    await withDamage(all('taken')(runs.image), async (damaged, folder) => {
      for (const args of [
        ['show'],
        ['events'],
        ['logs'],
        ['recover'],
        ['cancel'],
        ['execute', 'plan.json', '--run-id'],
      ]) {
        const { code, stderr } = await runs.ground.orch(...args, 'taken');
        expect(stderr).toMatch(/\/runs\/taken holds files of run taken, but no journal\.\n {2}\S.*--backend.*\n/);
        expect(stderr).toMatch(/\n {2}\[ORCH_JOURNAL_LOST\]\n$/);
        expect(code, args.join(' ')).toBe(5);
      }
      const doctor = await runs.ground.orch('doctor');
      expect(doctor.stdout).toMatch(
        /^error {4}run taken: \/.*\/runs\/taken holds no journal\. \[ORCH_STATE_FOREIGN\]\n/,
      );
      expect(doctor.stdout).not.toContain('remove the folder');
      expect(doctor.stdout).toMatch(/: 6 runs, 1 error/);
      expect(doctor.code).toBe(5);
      // Who can read the others lists them as before.
      expect(await runs.ground.json('list', '--json')).toHaveLength(5);
      expect(differences(imageOf(folder), damaged)).toEqual([]);
    });
  });

  test('another run, whose id begins like that one, is not meant', async () => {
    using ground = new Playground();
    ground.plan([{ name: 'a', command: 'true' }]);
    for (const run of ['one', 'one-more']) await ground.orch('execute', 'plan.json', '--run-id', run);
    for (const file of ['journal-1', 'run.json']) rmSync(ground.path('.orch/runs/one', file));
    expect(await ground.orch('show', 'one')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('ORCH_JOURNAL_LOST'),
    });
  });

  test('a new run of that id in another backend is refused as well', async () => {
    await withDamage(all('killed')(runs.image), async (damaged, folder) => {
      const args = ['execute', 'plan.json', '--run-id', 'killed', '--backend', 'sqlite'];
      const { code, stderr } = await runs.ground.orch(...args);
      expect(stderr).toContain('[ORCH_JOURNAL_LOST]');
      expect(code).toBe(5);
      expect(differences(imageOf(folder), damaged)).toEqual([]);
    });
  });

  test('a folder that is empty is no run: the id is free', async () => {
    using ground = new Playground();
    ground.plan([{ name: 'a', command: 'true' }]);
    mkdirSync(ground.path('.orch/runs/one'), { recursive: true });
    expect(await ground.orch('show', 'one')).toMatchObject({ code: 3 });
    expect(await ground.orch('execute', 'plan.json', '--run-id', 'one')).toMatchObject({ code: 0 });
    expect(await ground.orch('doctor')).toMatchObject({ code: 0 });
  });
});

describe('the hint helps: what stands before the damage is gone on with', () => {
  test.each<[string, RunName, (image: FolderImage) => Mutation]>([
    ['damaged', 'killed', (it) => nth(flips(it, 'runs/killed/journal-1'), 3_000)],
    ['damaged, with later segments', 'taken', (it) => nth(flips(it, 'runs/taken/journal-2'), 800)],
    ['truncated', 'taken', (it) => nth(truncations(it, 'runs/taken/journal-2'), 800)],
  ])('%s', async (_name, run, mutation) => {
    await withDamage(mutation(runs.image), async () => {
      const { stderr } = await runs.ground.orch('recover', run);
      const [, file = '', bytes] =
        /orch: (\S+) is damaged at byte (\d+)/.exec(stderr) ?? /orch: (\S+) ends at/.exec(stderr) ?? [];
      if (bytes !== undefined) {
        expect(stderr).toContain(`cut this file to ${bytes} bytes`);
        truncateSync(file, Number(bytes));
      }
      expect(stderr).toContain('remove run.json and the journal files of higher number');
      rmSync(join(file, '../run.json'));
      const epoch = Number(file.split('-').at(-1));
      for (const later of [epoch + 1, epoch + 2]) rmSync(join(file, `../journal-${later}`), { force: true });
      const again = await runs.ground.orch('recover', run);
      expect(again.stderr).toMatch(/phases: 5 completed/);
      expect(again.code).toBe(0);
    });
  });
});

describe('what is harmless: the run ends as it would have', () => {
  test.each<[string, RunName, (image: FolderImage) => Mutation]>([
    ['run.json lost', 'killed', (it) => lost(it, 'runs/killed/run.json')],
    [
      'a foreign run.json',
      'taken',
      (it) => replaced(it, 'runs/taken/run.json', { image: it, path: 'runs/ended/run.json' }),
    ],
    ['attempts lost', 'killed', (it) => lost(it, 'runs/killed/attempts')],
    ['everything but the journal emptied', 'taken', (it) => emptied(it, 'runs/taken/attempts')],
  ])('%s', async (_name, run, mutation) => {
    await withDamage(mutation(runs.image), async () => {
      expect((await runs.ground.orch('doctor')).code).toBe(0);
      const { code, stderr } = await runs.ground.orch('recover', run);
      expect(stderr).toMatch(/phases: 5 completed/);
      expect(code).toBe(0);
    });
  });
});

test('files of an attempt removed while its command runs: it is ended before the phase starts again', async () => {
  using ground = new Playground();
  ground.plan([{ name: 'a', command: 'echo $$ >> starts; until test -e go; do sleep 0.05; done' }]);
  const orch = ground.start(['execute', 'plan.json', '--run-id', 'one']);
  const pids = (): number[] => ground.lines('starts').map(Number);
  await until(
    () => pids().length === 1,
    () => `the start: ${orch.stderr}`,
  );
  orch.kill('SIGKILL');
  await orch.ended;
  rmSync(join(ground.folder, '.orch/runs/one/attempts'), { recursive: true });
  const again = ground.start(['recover', 'one']);
  await until(
    () => pids().length === 2,
    () => `the second start: ${again.stderr}`,
  );
  const [first = 0] = pids();
  expect(isAlive(first)).toBe(false);
  writeFileSync(ground.path('go'), '');
  expect(await again.ended).toMatchObject({ code: 0 });
  expect(pids()).toHaveLength(2);
});
