import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import LongestFirst, { longest } from '../scripts/longest-first.ts';

const root = join(import.meta.dirname, '..');

it('names files that are there', () => {
  expect(longest.filter((name) => !existsSync(join(root, name)))).toEqual([]);
});

it('puts them first, whatever project they are of, and leaves the others as vitest has them', async () => {
  const specOf = (project: string, name: string): TestSpecification =>
    ({
      moduleId: join(root, name),
      project: { name: project, config: { sequence: { groupOrder: 0 }, isolate: true } },
    }) as unknown as TestSpecification;
  const files = [
    specOf('repository', 'test/longest-first.test.ts'),
    specOf('core', 'packages/core/test/none.test.ts'),
    specOf('hard', longest[0] ?? ''),
    specOf('testkit', 'packages/testkit/test/process-mutation.test.ts'),
  ];
  const vitest = { config: { root }, cache: { getTestSpecificationResult: () => undefined } } as unknown as Vitest;
  const sorted = await new LongestFirst(vitest).sort([...files]);
  expect(sorted).toEqual([files[2], files[3], files[1], files[0]]);
});
