import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '@orch/core/author';
import { onTestFinished } from 'vitest';
import type { Files } from '../../../packages/backend-json/src/files.ts';
import { makeJsonBackend } from '../../../packages/backend-json/src/json-backend.ts';
import type { FolderImage } from './folder-image.ts';
import { Judge } from './judge.ts';
import type { Promised, Subject } from './judge.ts';
import { partOf, promisedOf } from './real-runs.ts';
import type { RealRuns, RunName } from './real-runs.ts';
import type { Tally } from './tally.ts';
import { unflushedFiles } from './unflushed-files.ts';

export interface StageOptions extends Pick<Partial<Subject>, 'plugins' | 'exitCodes' | 'image'> {
  readonly files?: Files;
  readonly wrap?: (backend: Backend, folder: string) => Backend;
  /** Where the state folder lies; default: a new one. */
  readonly folder?: string;
  /** Default: what `run.json` and the newest seal name. */
  readonly promised?: Promised;
}

/** A judge of one run, in a folder of its own with a bystander, who has seen what is right. */
export async function judgeOf(
  runs: RealRuns,
  run: RunName,
  tally: Tally,
  { files = unflushedFiles, wrap = (backend) => backend, ...options }: StageOptions = {},
): Promise<Judge> {
  const folder = options.folder ?? emptyFolder();
  const bystander = 'bystander';
  const image = options.image ?? imageFor(runs, [run, bystander], options.plugins !== undefined);
  const openBackend = (): Backend => wrap(makeJsonBackend(folder, files), folder);
  const judge = new Judge({ ...options, folder, image, run, bystander, openBackend }, tally);
  await judge.learn(options.promised ?? promisedOf(image, run));
  return judge;
}

/** Without real commands nobody looks at what they left: thousands of cases need not copy it. */
function imageFor({ image }: RealRuns, names: readonly string[], withAttempts: boolean): FolderImage {
  const part = partOf(image, names);
  return withAttempts ? part : new Map([...part].filter(([path]) => !/\/(attempts|artifacts)(\/|$)/.test(path)));
}

/** Files in memory, where the machine has a place for them: nothing here is about disks. */
const memory = ['/dev/shm'].find((place) => existsSync(place));

export function emptyFolder(): string {
  const folder = mkdtempSync(join(memory ?? tmpdir(), 'orch-damage-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
