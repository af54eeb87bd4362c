import { orchError } from '@orch/core/author';
import type { Redis } from 'ioredis';

/** What a crash of the server costs at most, as its settings say. */
export type Persistence = 'off' | 'snapshots' | 'no' | 'everysec' | 'always' | 'unknown';

export interface Inspected {
  /** As in `7.0.15`. */
  readonly version: string;
  readonly persistence: Persistence;
}

type Asked = Pick<Redis, 'info' | 'config'>;

const oldestMajor = 7;

/**
 * Asks the server what it does with data.
 *
 * @throws `ORCH_BACKEND_SETTINGS` where it may throw runs away, or is too old.
 */
export async function inspectServer(redis: Asked, place: string): Promise<Inspected> {
  // One way to the server and back for all: a take-up waits for it.
  const [text, settings] = await Promise.all([redis.info(), settingsOf(redis)]);
  const info = parseInfo(text);
  const version = info.get('redis_version') ?? 'of unknown version';
  if (info.get('role') === 'slave') throw new Error('it is a replica, and takes no writes');
  const server = `Redis ${version} at ${place}`;
  if (Number.parseInt(version, 10) < oldestMajor)
    throw orchError({
      code: 'ORCH_BACKEND_SETTINGS',
      message: `${server} is older than ${oldestMajor}.0, the oldest that is supported.`,
      hint: 'Update the server.',
    });
  const policy = info.get('maxmemory_policy') ?? '';
  if (policy.startsWith('allkeys-'))
    throw orchError({
      code: 'ORCH_BACKEND_SETTINGS',
      message: `${server} may throw away any key when its memory is full: its maxmemory-policy is ${policy}.`,
      hint: 'Set maxmemory-policy to noeviction, or keep runs on a server of their own.',
    });
  return { version, persistence: persistenceOf(settings, info) };
}

function persistenceOf(settings: Settings | undefined, info: ReadonlyMap<string, string>): Persistence {
  const hasLog = info.get('aof_enabled') === '1';
  const setting = settings?.get(hasLog ? 'appendfsync' : 'save');
  if (setting === undefined) return 'unknown';
  if (!hasLog) return setting === '' ? 'off' : 'snapshots';
  return setting === 'always' || setting === 'everysec' || setting === 'no' ? setting : 'unknown';
}

type Settings = ReadonlyMap<string, string>;

/** `undefined`: they may not be asked for, as on many hosted servers. */
async function settingsOf(redis: Asked): Promise<Settings | undefined> {
  try {
    const flat = (await redis.config('GET', 'save', 'appendfsync')) as readonly string[];
    const settings = new Map<string, string>();
    for (let index = 0; index < flat.length; index += 2) settings.set(flat[index]!, flat[index + 1]!);
    return settings;
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return undefined;
    throw error;
  }
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}

/** What to say about a server whatever is stored there; `undefined`: nothing. */
export function lossAtCrash(persistence: Persistence): string | undefined {
  switch (persistence) {
    case 'off':
      return 'keeps nothing on disk: when it stops, all runs are lost. Set appendonly yes.';
    case 'snapshots':
      return 'writes snapshots only: a crash loses all runs and commits since the last one. Set appendonly yes.';
    case 'unknown':
      return 'does not say how it keeps data. Make sure of appendonly yes and maxmemory-policy noeviction.';
    case 'no':
    case 'everysec':
    case 'always':
      return undefined;
  }
}

/** What to say once a plan asks that a commit is on disk before it counts; `undefined`: nothing. */
export function lossAtPowerCut(persistence: Persistence): string | undefined {
  switch (persistence) {
    case 'everysec':
      return 'flushes once a second: a power cut of its machine costs up to two seconds of acknowledged commits, while the plan asks to flush each. Set appendfsync always.';
    case 'no':
      return 'leaves flushing to its system: a power cut of its machine costs what was not written yet, while the plan asks to flush each commit. Set appendfsync always.';
    case 'off':
    case 'snapshots':
    case 'unknown':
    case 'always':
      return undefined;
  }
}
