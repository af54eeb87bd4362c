import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** One import of one source file. All paths are relative to the repository and written with `/`. */
export interface Import {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** The file that a relative specifier means. */
  readonly target: string | undefined;
  /** `type` vanishes when the file runs, `value` is there from the start, `dynamic` comes when it is called. */
  readonly kind: 'type' | 'value' | 'dynamic';
}

/** Everything that `packages/<name>/src` imports or re-exports. */
export function readImports(root: string, packageName: string): Import[] {
  const files = globSync(`packages/${packageName}/src/**/*.ts`, { cwd: root }).toSorted();
  return files.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));
}

export function importsOf(file: string, text: string): Import[] {
  const { module, errors } = parseSync(file, text);
  if (errors[0] !== undefined) throw new Error(`${file}: ${errors[0].message}`);
  const found = (start: number, specifier: string, kind: Import['kind']): Import => ({
    from: file,
    line: text.slice(0, start).split('\n').length,
    specifier,
    target: specifier.startsWith('.') ? posix.join(dirname(file), specifier) : undefined,
    kind,
  });
  // `import { type A }` still loads the module, only `import type` does not: so the statement decides, not its entries.
  const kindOf = (statement: { start: number; end: number }): Import['kind'] =>
    /^(import|export)\s+type\b/.test(text.slice(statement.start, statement.end)) ? 'type' : 'value';
  return [
    ...module.staticImports.map((it) => found(it.start, it.moduleRequest.value, kindOf(it))),
    ...module.staticExports.flatMap((it) => {
      const specifier = it.entries.find((entry) => entry.moduleRequest !== null)?.moduleRequest?.value;
      return specifier === undefined ? [] : [found(it.start, specifier, kindOf(it))];
    }),
    ...module.dynamicImports.flatMap((it) => {
      const literal = /^['"`](.+)['"`]$/.exec(text.slice(it.moduleRequest.start, it.moduleRequest.end))?.[1];
      return literal === undefined ? [] : [found(it.start, literal, 'dynamic')];
    }),
  ];
}
