import { readFileSync } from 'node:fs';
import { describe, test } from 'vitest';
import { expectGoldenRuns } from '../../../test/golden/golden-runs.ts';
import { available } from '../../../test/hard/need.ts';
import { loadKeys } from './golden-keys.ts';
import type { GoldenKeys } from './golden-keys.ts';
import { opened, ownServer } from './stage.ts';

describe.skipIf(!available('redis'))('keys of format 1', () => {
  test('are read as they were written, and go on', async () => {
    const server = await ownServer();
    const text = readFileSync(new URL('golden/format-1.json', import.meta.url), 'utf8');
    await loadKeys(server.client(), JSON.parse(text) as GoldenKeys);
    await expectGoldenRuns(await opened(server.url));
  });
});
