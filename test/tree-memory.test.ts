import { expect, it } from 'vitest';
import { sampleTreeMemory } from '../bench/harness/sample.ts';

/** Holds so many MiB, each page touched, until its own child and a second look at all of them are over. */
const holding = (mib: number, andThen: string): string =>
  `const held = Buffer.alloc(${mib} * 2 ** 20, 1); ${andThen}; setTimeout(() => held.length, 300);`;
const alone = holding(0, '');
const withChild = holding(
  0,
  `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(holding(200, ''))}])`,
);

it('the memory of a tree has that of its children in it', async () => {
  const without = await sampleTreeMemory({ args: ['-e', alone] });
  const within = await sampleTreeMemory({ args: ['-e', withChild] });
  expect(without).toBeGreaterThan(1);
  expect(without).toBeLessThan(150);
  expect(within).toBeGreaterThan(200);
  expect(within).toBeLessThan(500);
});

it('a program that fails has none', async () => {
  await expect(sampleTreeMemory({ args: ['-e', `${alone} process.exitCode = 3`] })).rejects.toThrow('ended with 3');
});
