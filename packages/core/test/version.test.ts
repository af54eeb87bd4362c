import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { orchVersion } from '../src/version.ts';

it('the version that journals name is that of the package', () => {
  expect(orchVersion).toBe(manifest.version);
});
