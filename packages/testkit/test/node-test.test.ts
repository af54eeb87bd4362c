import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { executorCases, pluginCases } from '../src/index.ts';

test('suites run under node:test, which shows what is left out', async () => {
  const file = join(import.meta.dirname, 'programs/under-node-test.ts');
  const flags = ['--conditions=source', '--test', '--test-reporter=tap'];
  // Without vitest's own variables, which are not the user's.
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, file], { env: {} });
  const left = executorCases.filter(({ needs = [] }) =>
    [needs].flat().some((need) => need !== 'output' && need !== 'resist'),
  );
  const registered = executorCases.length + 1 + pluginCases.length;
  expect(stdout).toContain(`# pass ${registered - left.length}\n# fail 0\n`);
  expect(stdout).toContain(`# skipped ${left.length}\n`);
  expect(stdout).toMatch(/^ok \d+ - E16 .* \(left out: lacks settle\) # SKIP$/m);
});
