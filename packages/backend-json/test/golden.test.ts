import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { expectGoldenRuns } from '../../../test/golden/golden-runs.ts';
import { folder, opened } from './stage.ts';

test('a folder of format 1 is read as it was written, and goes on', async () => {
  const path = folder();
  cpSync(fileURLToPath(new URL('golden/format-1', import.meta.url)), path, { recursive: true });
  // Git keeps no empty folders.
  for (const run of ['failed', 'free']) mkdirSync(join(path, 'runs', run, 'inbox'), { recursive: true });
  await expectGoldenRuns(await opened(path));
});
