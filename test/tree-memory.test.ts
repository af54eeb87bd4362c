import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { sampleTreeMemory } from '../bench/harness/sample.ts';
import { pssOfTree } from '../bench/harness/tree-memory.ts';

/** Holds 200 MiB, each page touched, says so, and stays until it is killed. */
const holding =
  "const held = Buffer.alloc(200 * 2 ** 20, 1); console.log('ready'); setInterval(() => held.length, 1e6);";
/** Its output is that of its child. */
const withChild = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(holding)}], { stdio: 'inherit' });`;

it('the memory of a tree has that of its children in it', async () => {
  const child = spawn(process.execPath, ['-e', withChild], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  try {
    await once(child.stdout!, 'data');
    const within = pssOfTree(child.pid!) / 1024;
    expect(within).toBeGreaterThan(200);
    expect(within).toBeLessThan(500);
  } finally {
    process.kill(-child.pid!, 'SIGKILL');
  }
});

it('a program that fails has none, and what it ended with is said', async () => {
  await expect(sampleTreeMemory({ args: ['-e', 'process.exitCode = 3'] })).rejects.toThrow('ended with 3');
});
