import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import LongestFirst from './scripts/longest-first.ts';

const packages = readdirSync(new URL('packages', import.meta.url)).toSorted();

// Tests run on the sources: the `source` condition of each package's exports comes first.
const conditions = ['source', 'node', 'module', 'import', 'default'];

/** Projects of which some tests start the program as it is published. */
const starting = { globalSetup: fileURLToPath(new URL('scripts/build-before-tests.ts', import.meta.url)) };

const shared = {
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 30_000,
  env: {
    // What is printed depends on it.
    LC_ALL: 'C.UTF-8',
    // Programs that tests start from their sources are compiled once.
    NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/orch-tests', import.meta.url)),
  },
} as const;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['node', 'import', 'default'] } },
  test: {
    reporters: ['default', './scripts/report-not-run.ts'],
    passWithNoTests: true,
    sequence: { sequencer: LongestFirst },
    // Most of the time they wait for processes: on two cores, too, two files at once are better than one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: { include: ['packages/*/src/**/*.ts'] },
    projects: [
      ...packages.map((name) => ({
        extends: true as const,
        test: {
          ...shared,
          ...(name === 'cli' ? starting : {}),
          name,
          root: `packages/${name}`,
          include: ['test/**/*.test.ts'],
        },
      })),
      {
        extends: true as const,
        test: {
          ...shared,
          ...starting,
          name: 'repository',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['test/hard/**'],
        },
      },
      // What the world does to orch: damage, faults, odd processes. Slower than the rest, and some need tools of Linux.
      {
        extends: true as const,
        test: { ...shared, ...starting, name: 'hard', include: ['test/hard/**/*.test.ts'], testTimeout: 120_000 },
      },
    ],
  },
});
