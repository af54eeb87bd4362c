// A victim one of whose writes takes a part of the bytes only. By a preload: strace can make a call fail, not do less.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrchProcess } from './orch-process.ts';
import type { OrchPlace } from './orch-process.ts';
import { pathsIn } from './strace.ts';
import type { Harm } from './syscall-trial.ts';

export interface ShortWrite {
  /** Among the writes of orch to files: 1, 2, … */
  readonly ordinal: number;
  readonly takes: 'half' | 'one byte';
  /** What follows; absent: nothing, the rest can be written. */
  readonly followedBy?: 'ENOSPC' | 'SIGKILL';
}

const preload = join(import.meta.dirname, 'short-write-preload.mjs');

export function shortened(write: ShortWrite): Harm {
  const { ordinal, takes, followedBy } = write;
  return {
    words: `${takes} of write ${ordinal}${followedBy === undefined ? '' : `, then ${followedBy}`}`,
    kills: followedBy === 'SIGKILL',
    start: (place, args) => {
      const variables = [`TRIAL_SHORT_WRITE=${JSON.stringify(write)}`, `TRIAL_SHORT_WRITE_FILE=${hitFile(place)}`];
      const program = ['--import', preload, ...place.program];
      return new OrchProcess({ ...place, program }, args, ['env', ...variables]);
    },
    look: (place) => {
      if (!existsSync(hitFile(place))) return { hit: undefined, made: [] };
      const [path = 'another file'] = pathsIn(place.folder, `<${readFileSync(hitFile(place), 'utf8')}>`);
      return { hit: `write ${path}`, made: [] };
    },
  };
}

function hitFile({ folder, trial }: OrchPlace): string {
  return join(folder, '..', `${trial}.short`);
}
