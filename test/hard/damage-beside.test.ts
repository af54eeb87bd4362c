import { readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPlugin } from '@orch/plugin-command';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addToBackendsText, readBackendsText } from '../../packages/cli/src/backend/backends-file.ts';
import { Playground, isAlive, until, waitForGo } from '../../packages/cli/test/orch-process.ts';
import { changed, imageOf } from './damage/folder-image.ts';
import type { FolderImage } from './damage/folder-image.ts';
import { flips, lost, moves, replaced, truncations } from './damage/mutations.ts';
import type { Mutation } from './damage/mutations.ts';
import type { RealRuns } from './damage/real-runs.ts';
import { emptyFolder, judgeOf } from './damage/stage.ts';
import { Tally } from './damage/tally.ts';

// Files beside the journals: `backends.json`, and the `.command` files of attempts whose command is long.

vi.setConfig({ testTimeout: 300_000 });

const tally = new Tally();
afterAll(() => console.log(`Damage beside the journals, cases by verdict:\n${tally.table()}`));

describe('backends.json', () => {
  const file = 'backends.json';
  const names = ['sqlite', 'sqlite:/srv/größer/runs.db', 'redis://user@host:6379/3', 'json:/srv/"other" runs'];
  const written = Buffer.from(names.reduce((text, name) => addToBackendsText(linesOf(text), name), ''));
  const image: FolderImage = new Map([[file, written]]);

  function linesOf(text: string): { readonly lines: readonly string[] } {
    return text === '' ? { lines: [] } : (readBackendsText(text, () => true) ?? { lines: [] });
  }

  /** Followed is what was noted and nothing else; what is not followed is said, but for a line that is gone as a whole. */
  function judge({ what, group, change }: Mutation, canBeKnown = true): void {
    const read = readBackendsText(String(changed(image, change).get(file)), () => true);
    const followed = new Set(read?.names);
    const isSaid = read === undefined || read.damaged.length > 0;
    const isWhole = followed.size === names.length;
    for (const name of followed) if (!names.includes(name)) tally.violated(group, `${what}: ${name}`);
    if (!isWhole && !isSaid && canBeKnown) tally.violated(group, `${what}: nobody is told`);
    tally.add(group, isSaid ? 'refused' : isWhole ? 'harmless' : 'shorter');
  }

  test('each bit of each byte flipped: no other backend is ever looked into, and whoever looks is told', () => {
    for (const mutation of flips(image, file, 1)) judge(mutation);
    const of = (group: string): boolean => group === `${file}: flips`;
    expect(tally.violations).toEqual([]);
    expect(tally.countOf(of)).toBe(8 * written.length);
    // No byte of it is without a meaning.
    expect(tally.countOf(of, 'refused')).toBe(8 * written.length);
  });

  test('each truncation, and lines that are doubled, swapped or gone', () => {
    for (const mutation of truncations(image, file)) judge(mutation);
    for (const mutation of moves(image, file)) judge(mutation, !mutation.what.endsWith('deleted'));
    expect(tally.violations).toEqual([]);
    // All but the last line feed is missed.
    expect(tally.countOf((it) => it === `${file}: truncations`, 'harmless')).toBe(1);
  });

  test('a reader that believes every line is caught', () => {
    const believing = (text: string): readonly string[] =>
      [...text.matchAll(/"name":"(.*?)"/g)].map(([, it = '']) => it);
    const wrong = [...flips(image, file)].filter(({ change }) =>
      believing(String(change.get(file))).some((name) => !names.includes(name)),
    );
    expect(wrong.length).toBeGreaterThan(50);
  });
});

describe('the command of an attempt that is adopted', () => {
  let runs: RealRuns;
  let path: string;
  // All of it is one line: no shell begins before it has read it to its end.
  const longCommand = `${waitForGo}; : ${'x'.repeat(140_000)}`;

  beforeAll(async () => {
    const ground = new Playground();
    await killedWhileItRuns(ground);
    writeFileSync(ground.path('go'), '');
    const [pid = 0] = ground.lines('starts').map(Number);
    await until(
      () => !isAlive(pid) && String(imageOf(ground.path('.orch')).get(stateIn(ground))).includes('exit'),
      () => `the end of ${pid}`,
    );
    await ground.orch('execute', 'plan.json', '--run-id', 'bystander');
    path = `runs/killed/attempts/${nameIn(ground, '.command')}`;
    const image = imageOf(ground.path('.orch'));
    runs = { ground, image, olderSummaries: [], [Symbol.dispose]: () => ground[Symbol.dispose]() };
  }, 120_000);
  afterAll(() => runs[Symbol.dispose]());

  async function killedWhileItRuns(ground: Playground): Promise<void> {
    ground.plan([{ name: 'long', command: longCommand }]);
    const orch = ground.start(['execute', 'plan.json', '--run-id', 'killed']);
    await until(
      () => ground.lines('starts').length === 1,
      () => `the start: ${orch.stderr}`,
    );
    orch.kill('SIGKILL');
    await orch.ended;
  }

  const nameIn = (ground: Playground, kind: string): string =>
    readdirSync(ground.path('.orch/runs/killed/attempts')).find((name) => name.endsWith(kind)) ?? '';
  const stateIn = (ground: Playground): string => `runs/killed/attempts/${nameIn(ground, '.state')}`;

  test('changed, cut, lost or another one: its end counts all the same, and nothing starts again', async () => {
    const folder = emptyFolder();
    const plugins = [commandPlugin({ directory: folder })];
    const judge = await judgeOf(runs, 'killed', tally, { folder, plugins });
    const other = { image: new Map([['other', Buffer.from('echo $$ >> starts; exit 9\n')]]), path: 'other' };
    const cases = [
      ...flips(runs.image, path, Infinity, 2_003),
      ...truncations(runs.image, path, 2_003),
      lost(runs.image, path),
      replaced(runs.image, path, other),
    ];
    for (const mutation of cases)
      expect(await judge.judge(mutation), `${mutation.what}: ${tally.violations.at(-1)}`).toBe('harmless');
    expect(cases.length).toBeGreaterThan(140);
  });

  test('emptied while it still runs: it is adopted, and ends as it would have', async () => {
    using ground = new Playground();
    await killedWhileItRuns(ground);
    truncateSync(join(ground.path('.orch/runs/killed/attempts'), nameIn(ground, '.command')), 0);
    const next = ground.start(['recover', 'killed']);
    await next.says(/adopted +long/);
    writeFileSync(ground.path('go'), '');
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(ground.lines('starts')).toHaveLength(1);
  });
});
