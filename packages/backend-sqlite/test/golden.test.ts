import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'vitest';
import { expectGoldenRuns } from '../../../test/golden/golden-runs.ts';
import { newFile, opened } from './stage.ts';

test('a file of format 1 is read as it was written, and goes on', async () => {
  const file = newFile();
  mkdirSync(dirname(file));
  copyFileSync(fileURLToPath(new URL('golden/format-1.db', import.meta.url)), file);
  await expectGoldenRuns((await opened(file)).backend);
});
