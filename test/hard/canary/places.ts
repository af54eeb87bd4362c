import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { dumpKeys } from '../../../packages/backend-redis/test/golden-keys.ts';
import { startRedis } from '../../../packages/backend-redis/test/redis-server.ts';
import type { BackendKind } from '../../../scripts/trial/backend-kind.ts';
import { jsonFiles, oneRedis, startBackend } from '../../../scripts/trial/trial-backend.ts';
import type { TrialBackend } from '../../../scripts/trial/trial-backend.ts';

/** As a password and as a key file are: with what messages escape, in several lines. */
export const secret = 'c4nary "s3same\\\nsecond-line-of-it';
/** Each tells it wherever it stands, escaped or not, and in part. */
const pieces = ['c4nary', 's3same', 'second-line-of-it'];

/** Whether bytes hold the secret or a part of it. */
export function holdsSecret(bytes: string | Buffer): boolean {
  return pieces.some((piece) => bytes.includes(piece));
}

/** A backend, and all that is stored in it: by the name of its place. */
export interface Stored extends AsyncDisposable {
  readonly backend: TrialBackend;
  read(folder: string): Promise<ReadonlyMap<string, Buffer>>;
}

export async function storedIn(kind: BackendKind): Promise<Stored> {
  if (kind !== 'redis') {
    const backend = kind === 'json' ? jsonFiles : await startBackend(kind);
    return { backend, read: async (folder) => filesIn(folder), [Symbol.asyncDispose]: async () => undefined };
  }
  const server = await startRedis();
  return {
    backend: oneRedis(`${server.url}/0`),
    async read(folder) {
      const keys = Buffer.from(JSON.stringify(await dumpKeys(server.client())));
      // Its own files have each command as it came.
      return new Map([...filesIn(folder), ...filesIn(server.folder), ['the keys of the server', keys]]);
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

function filesIn(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
  return new Map(
    files.map(({ parentPath, name }) => [
      relative(folder, join(parentPath, name)),
      readFileSync(join(parentPath, name)),
    ]),
  );
}

export interface Process {
  readonly pid: number;
  readonly arguments: string;
  readonly environment: string;
}

/** All processes of this user at this moment. */
export function processes(): readonly Process[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const [words, environment] = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${pid}/${name}`, 'latin1'));
      return [{ pid: Number(pid), arguments: words!, environment: environment! }];
    } catch {
      // It has just ended, or is somebody else's.
      return [];
    }
  });
}
