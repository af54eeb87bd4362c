import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Playground, isAlive, until, waitForGo } from '../../../packages/cli/test/orch-process.ts';
import type { OrchProcess } from '../../../packages/cli/test/orch-process.ts';
import { imageOf } from './folder-image.ts';
import type { FolderImage } from './folder-image.ts';
import type { Promised } from './judge.ts';
import { linesOf } from './mutations.ts';

/** Runs that the real command line made, one state folder for all of them. */
export interface RealRuns extends Disposable {
  readonly ground: Playground;
  readonly image: FolderImage;
  /** Older forms of `run.json` of the run `taken`, oldest first. */
  readonly olderSummaries: readonly Buffer[];
}

export type RunName = 'ended' | 'killed' | 'taken' | 'messaged' | 'failing';

/**
 * - `ended`: completed.
 * - `killed`: orch was killed while its last phase but one ran; the command ended afterwards.
 * - `taken`: the same, but taken over twice: three segments.
 * - `messaged`: the same as `killed`, with two messages in its inbox that ask to cancel.
 * - `failing`: as `killed`, but the command ended with exit code 7, and has no further attempt.
 * - `bystander`: completed, and never touched.
 */
export async function makeRealRuns(): Promise<RealRuns> {
  const ground = new Playground();
  try {
    ground.plan([
      ...['scout', 'plan', 'build'].map((name, index) => ({
        name,
        command: `echo ${name}`,
        depends_on: index === 0 ? [] : [['scout', 'plan', 'build'][index - 1]],
      })),
      { name: 'review', command: waitForGo, depends_on: ['build'] },
      { name: 'ship', command: 'echo ship', depends_on: ['review'] },
    ]);
    ground.plan(
      [
        { name: 'build', command: 'echo build' },
        { name: 'review', command: `${waitForGo}; exit 7`, depends_on: ['build'], retry_count: 1 },
      ],
      { name: 'failing.json', workflow_id: 'failing' },
    );
    const olderSummaries: Buffer[] = [];
    const keep = (): void => void olderSummaries.push(readFileSync(ground.path('.orch/runs/taken/run.json')));
    await kill(await execute(ground, 'killed', 1));
    const messaged = await execute(ground, 'messaged', 2);
    // A driver that is stopped holds its run, but hears nothing.
    messaged.kill('SIGSTOP');
    for (const message of ['first', 'second']) await ground.orch('cancel', 'messaged', '--message', message);
    await kill(messaged);
    await kill(await execute(ground, 'taken', 3));
    keep();
    for (let taking = 1; taking <= 2; taking++) {
      await kill(await adopt(ground, 'taken', taking));
      keep();
    }
    await kill(await execute(ground, 'failing', 4, 'failing.json'));
    writeFileSync(ground.path('go'), '');
    await commandsEnded(ground);
    for (const run of ['ended', 'bystander']) await ground.orch('execute', 'plan.json', '--run-id', run);
    return {
      ground,
      image: imageOf(ground.path('.orch')),
      olderSummaries,
      [Symbol.dispose]: () => ground[Symbol.dispose](),
    };
  } catch (error) {
    ground[Symbol.dispose]();
    throw error;
  }
}

/** Starts a run, and waits until so many commands in all have begun to wait. */
async function execute(ground: Playground, run: RunName, waiting: number, plan = 'plan.json'): Promise<OrchProcess> {
  const orch = ground.start(['execute', plan, '--run-id', run]);
  await until(
    () => ground.lines('starts').length === waiting,
    () => `the waiting command of ${run}: ${orch.stderr}`,
  );
  return orch;
}

/** Takes a run up, and waits until its command was adopted for the n-th time. */
async function adopt(ground: Playground, run: RunName, count: number): Promise<OrchProcess> {
  const orch = ground.start(['recover', run]);
  await until(
    () => journalsOf(ground, run).split('"phase.adopted"').length > count && notedEpoch(ground, run) > count,
    () => `adoption ${count} of ${run}: ${orch.stderr}`,
  );
  return orch;
}

/** Written just after the commit: a kill in between would leave another image each time. */
function notedEpoch(ground: Playground, run: RunName): number {
  const { flushed } = JSON.parse(ground.read(`.orch/runs/${run}/run.json`)) as { flushed: { epoch: number } };
  return flushed.epoch;
}

function journalsOf(ground: Playground, run: string): string {
  let text = '';
  for (let epoch = 1; existsSync(ground.path(`.orch/runs/${run}/journal-${epoch}`)); epoch++)
    text += ground.read(`.orch/runs/${run}/journal-${epoch}`);
  return text;
}

async function kill(orch: OrchProcess): Promise<void> {
  orch.kill('SIGKILL');
  await orch.ended;
}

async function commandsEnded(ground: Playground): Promise<void> {
  const pids = ground.lines('starts').map(Number);
  await until(
    () => pids.length === 4 && pids.every((pid) => !isAlive(pid)) && wrappersSaidSo(ground),
    () => `the end of ${pids.join(', ')}`,
  );
}

/** The shells around the commands have written the exit codes. */
function wrappersSaidSo(ground: Playground): boolean {
  const states = [...imageOf(ground.path('.orch'))].filter(([path]) => path.endsWith('.state'));
  return states.every(([, entry]) => entry.toString('latin1').includes('exit'));
}

/** A state folder of its own with some of the runs. */
export function partOf(image: FolderImage, runs: readonly string[]): FolderImage {
  return new Map(
    [...image].filter(([path]) => {
      const run = /^runs\/([^/.][^/]*)/.exec(path)?.[1];
      return run === undefined || runs.includes(run);
    }),
  );
}

export function promisedOf(image: FolderImage, run: RunName): Promised {
  const { flushed } = JSON.parse(String(image.get(`runs/${run}/run.json`))) as { flushed: { version: number } };
  const seal = linesOf(image.get(newestJournal(image, run)) as Buffer)[1]?.subarray(headerBytes);
  const { version } = JSON.parse(String(seal)) as { version: number };
  return { shown: flushed.version, kept: Math.max(flushed.version, version) };
}

const headerBytes = 30;

/** Oldest first. */
export function journalsIn(image: FolderImage, run: RunName): readonly string[] {
  return [...image.keys()].filter((path) => path.startsWith(`runs/${run}/journal-`)).toSorted();
}

export function newestJournal(image: FolderImage, run: RunName): string {
  return journalsIn(image, run).at(-1) ?? '';
}
