// Writes golden files of the formats that this release writes, once for each format: they are kept, and every later
// release must read them. node --conditions=source test/golden/make.ts json:FOLDER | sqlite:FILE | redis:FILE
import { writeFileSync } from 'node:fs';
import { jsonBackend } from '@orch/backend-json';
import { redisBackend } from '@orch/backend-redis';
import { sqliteBackend } from '@orch/backend-sqlite';
import type { Backend } from '@orch/core/author';
import { dumpKeys } from '../../packages/backend-redis/test/golden-keys.ts';
import { startRedis } from '../../packages/backend-redis/test/redis-server.ts';
import { writeFailedRun } from './failed-run.ts';
import { writeGoldenRuns } from './golden-runs.ts';

const [kind, place = ''] = String(process.argv[2]).split(':');
if (kind === 'json') await write(() => jsonBackend(place));
else if (kind === 'sqlite') await write(() => sqliteBackend(place));
else if (kind === 'redis') await writeRedis(place);
else throw new Error(`${kind}: there are json, sqlite and redis.`);

async function writeRedis(file: string): Promise<void> {
  const server = await startRedis();
  try {
    await write(() => redisBackend(server.url));
    writeFileSync(file, `${JSON.stringify(await dumpKeys(server.client()), null, 2)}\n`);
  } finally {
    await server.stop();
  }
}

async function write(makeBackend: () => Backend): Promise<void> {
  const backend = makeBackend();
  await backend.open();
  await writeGoldenRuns(backend);
  await backend.close();
  await writeFailedRun(makeBackend());
}
