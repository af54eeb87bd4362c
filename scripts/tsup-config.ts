import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import type { Options } from 'tsup';
import { withMark } from '../packages/cli/src/script-mark.ts';

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
    esbuildOptions: keepPatterns,
  };
}

/** esbuild takes properties of Unicode for newer than our target, and would make a new pattern of a string at each use. */
function keepPatterns(options: { supported?: Record<string, boolean> }): void {
  options.supported = { ...options.supported, 'regexp-unicode-property-escapes': true };
}

/** A module that carries everything it imports, in chunks, so that a lazy `import()` stays lazy. */
export function bundledModule(entry: Entries): Options {
  return {
    ...library(entry),
    ...bundled,
    // Without `require`, esbuild's wrapper for CommonJS packages cannot reach Node's own modules.
    banner: { js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);" },
  };
}

/** A module that carries everything it imports, and imports nothing of CommonJS. */
export function plainModule(entry: Entries): Options {
  return { ...library(entry), ...bundled };
}

/**
 * A program in one file, of which `src/kept-code.ts` of the command line keeps what was compiled: the source of a function
 * that is given `require`, `module`, `exports`, and `importOutside` for modules of others. What is imported lazily is in it,
 * and evaluated when it is asked for; the packages `apart` are not in it, and have scripts of their own.
 */
export function bundledScript(entry: Entries, { apart = [] }: { readonly apart?: readonly string[] } = {}): Options {
  return {
    ...library(entry),
    ...bundled,
    noExternal: [allBut(...machineCode, ...apart)],
    external: [...apart],
    format: 'cjs',
    splitting: false,
    outExtension: () => ({ js: '.script' }),
    banner: { js: '(function (require, module, exports, importOutside) {' },
    footer: { js: '})' },
    esbuildPlugins: [...bundled.esbuildPlugins, marked],
    esbuildOptions(options) {
      bundled.esbuildOptions(options);
      // For a script Node has no way to import that is not experimental.
      options.supported = { ...options.supported, 'dynamic-import': false };
      // Less to read at each start; names stay, so that a stack can be read.
      options.minifyWhitespace = true;
      options.lineLimit = 160;
    },
  };
}

const marked = {
  name: 'marked',
  setup(build) {
    build.onEnd(({ outputFiles = [] }) => {
      for (const file of outputFiles) file.contents = Buffer.from(withMark(file.text));
    });
  },
} satisfies NonNullable<Options['esbuildPlugins']>[number];

/** What holds machine code cannot be bundled: it is a dependency, loaded where it is used. */
const machineCode = ['better-sqlite3'];

const bundled = {
  sourcemap: false,
  noExternal: [allBut(...machineCode)],
  esbuildOptions(options) {
    // jsonc-parser's `main` is UMD, which cannot be bundled; its `module` can.
    options.mainFields = ['module', 'main'];
    keepPatterns(options);
  },
  esbuildPlugins: [
    {
      name: 'builtin-modules',
      setup(build) {
        build.onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => ({
          contents: takeBuiltins(await readFile(path, 'utf8')),
          loader: path.endsWith('.ts') ? 'ts' : 'js',
        }));
      },
    },
  ],
} satisfies Partial<Options>;

/** Packages that are bundled: all that are not named. */
function allBut(...names: readonly string[]): RegExp {
  return new RegExp(`^(?!node:|(?:${names.join('|')})$)`);
}

/**
 * Takes from Node's modules the properties that are named. An import would read every property of them, and a third of what
 * they load is behind getters: `process`, `fs` and `crypto` load streams, workers and reports.
 */
function takeBuiltins(source: string): string {
  return source.replaceAll(
    /^import (?:(?<names>\{[^}]*\})|(?:\* as )?(?<all>[\w$]+)) from ['"](?<name>[\w:/]+)['"];/gm,
    (statement: string, ...rest: unknown[]) => {
      const { names, all, name = '' } = rest.at(-1) as Record<string, string | undefined>;
      if (!isBuiltin(name)) return statement;
      const late = names !== undefined && lateModules.has(name.replace(/^node:/, ''));
      if (late)
        return names
          .slice(1, -1)
          .split(',')
          .map((imported) => takeLate(name, imported))
          .join(' ');
      return `const ${names?.replaceAll(' as ', ': ') ?? all} = globalThis.process.getBuiltinModule('${name}');`;
    },
  );
}

/** Modules of functions that are called seldom: they are loaded by the first call, not by each start. */
const lateModules = new Set(['timers/promises']);

function takeLate(module: string, imported: string): string {
  const [name = '', alias = name] = imported.trim().split(' as ');
  return `const ${alias} = (...args) => globalThis.process.getBuiltinModule('${module}').${name}(...args);`;
}
