// Writes golden files of the formats that this release writes, once for each format: they are kept, and every later
// release must read them. node --conditions=source test/golden/make.ts json:FOLDER | sqlite:FILE
import { jsonBackend } from '@orch/backend-json';
import { sqliteBackend } from '@orch/backend-sqlite';
import { writeGoldenRuns } from './golden-runs.ts';

const [kind, place = ''] = String(process.argv[2]).split(':');
const backend = kind === 'sqlite' ? sqliteBackend(place) : jsonBackend(place);
await backend.open();
await writeGoldenRuns(backend);
await backend.close();
