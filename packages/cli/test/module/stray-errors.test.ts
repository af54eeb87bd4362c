import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from '../orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

test.each([
  ['throw null', /nothing catches it: null\n/],
  ['throw undefined', /nothing catches it: undefined\n/],
  ["throw 'no luck'", /nothing catches it: no luck\n/],
  ['throw Object.create(null)', /nothing catches it: an object that has no words\n/],
  ["throw new Error('no luck')", /nothing catches it: no luck \(at .*plan\.mts:1:\d+\)\n/],
  ['void Promise.reject(null)', /nothing catches it: .*null/],
])("%s where nothing catches it is told as the module's", async (code, says) => {
  // It would never come to its end: what is thrown has to end it.
  ground.write(
    'plan.mts',
    `setImmediate(() => { ${code}; });\nawait new Promise(() => setInterval(() => {}, 60_000));`,
  );
  const { stderr } = await ground.orch('validate', 'plan.mts');
  expect(stderr).toMatch(says);
  expect(stderr).toContain('[ORCH_MODULE_THREW]');
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
});
