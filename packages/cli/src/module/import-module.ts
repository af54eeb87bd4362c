/** The built program is a script, which cannot import: `built-main.ts` hands it what can. On the sources there is none. */
declare const importOutside: ((url: string) => Promise<object>) | undefined;

/** Imports a module that is no part of orch, by its URL. Rejects with whatever it throws. */
export function importModule(url: string): Promise<object> {
  return typeof importOutside === 'function' ? importOutside(url) : import(url);
}
