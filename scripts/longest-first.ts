// The order of test files where none has been timed on this machine, as in CI: the longest first. One that begins last
// would be waited for alone.
import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import type { TestSpecification } from 'vitest/node';

/** Those that take longer than half a minute on two cores, the longest first. */
export const longest: readonly string[] = [
  'test/hard/odd-plans',
  'test/hard/every-syscall',
  'test/hard/damage',
  'test/hard/damage-files',
  'test/hard/kill-loop',
  'test/hard/features',
  'packages/testkit/test/process-mutation',
  'test/hard/pause',
  'test/hard/canary',
  'test/write-a-backend',
  'packages/backend-redis/test/conformance',
  'test/hard/command-stress',
  'test/hard/screens',
].map((name) => `${name}.test.ts`);

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const placeOf = ({ moduleId }: TestSpecification): number => {
      const place = longest.indexOf(relative(this.ctx.config.root, moduleId));
      return place === -1 ? longest.length : place;
    };
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}
