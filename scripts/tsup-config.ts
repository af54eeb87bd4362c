import type { Options } from 'tsup';

type Entries = Record<string, string>;

/** A published library: its own dependencies stay imports. Declarations come from `tsc`, see tsconfig.build.json. */
export function library(entry: Entries = { index: 'src/index.ts' }): Options {
  return {
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    splitting: true,
    sourcemap: true,
    dts: false,
    silent: true,
  };
}

/** A program that carries everything it imports, in chunks, so that a lazy `import()` stays lazy. */
export function bundledProgram(entry: Entries): Options {
  return {
    ...library(entry),
    sourcemap: false,
    // What holds machine code cannot be bundled: it is a dependency, loaded where it is used.
    noExternal: [/^(?!node:|better-sqlite3$)/],
    // Without `require`, esbuild's wrapper for CommonJS packages cannot reach Node's own modules. An import of `node:module`
    // would read every property of it to make its exports, and so load much that `orch --help` has no use for.
    banner: { js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
    esbuildOptions(options) {
      // jsonc-parser's `main` is UMD, which cannot be bundled; its `module` can.
      options.mainFields = ['module', 'main'];
    },
  };
}
