import { extname } from 'node:path';

/** What Node imports as a module, or may: `.mts` always, `.ts` and `.js` by the package.json beside them. */
const endings: ReadonlySet<string> = new Set(['.mts', '.ts', '.mjs', '.js']);

/** Whether a plan is a module that has to be imported: it runs code. */
export function isModulePath(path: string): boolean {
  return endings.has(extname(path).toLowerCase());
}
