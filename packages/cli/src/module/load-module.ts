import { pathToFileURL } from 'node:url';
import { listenWhenIdle } from '../idle.ts';
import { say } from '../streams.ts';
import { count, harmless } from '../view/text.ts';
import { guardProcess } from './guard-process.ts';
import { importModule } from './import-module.ts';

/** What became of an import. */
export type Imported =
  | { readonly exports: Readonly<Record<string, unknown>> }
  | { readonly thrown: unknown }
  /** It never will be: nothing is left that could bring it, or it took too long. */
  | { readonly unfinished: 'idle' | 'late' };

export interface ImportOptions {
  /** Who is waiting is told after this time; default 10 s. */
  readonly tellAfterMs?: number;
  /** Given up after this time; default 120 s. */
  readonly limitMs?: number;
}

/** Imports a file. Never rejects: what others wrote may do anything. */
export function loadModule(file: string, options: ImportOptions = {}): Promise<Imported> {
  return loadUrl(pathToFileURL(file).href, { what: file, ...options });
}

/** Imports what a URL, or whatever else Node can import, names. */
export async function loadUrl(
  url: string,
  { what, tellAfterMs = 10_000, limitMs = 120_000 }: ImportOptions & { readonly what: string },
): Promise<Imported> {
  guardProcess();
  const { promise: given, resolve: giveUp } = Promise.withResolvers<Imported>();
  using _idle = listenWhenIdle(() => giveUp({ unfinished: 'idle' }));
  // They keep nobody alive: a module that nothing can finish is known by that.
  const told = setTimeout(() => {
    const seconds = count(Math.round(tellAfterMs / 1_000), 'second');
    say(`${harmless(what)} has not finished importing after ${seconds}. Ctrl-C ends orch.`);
  }, tellAfterMs).unref();
  const late = setTimeout(() => giveUp({ unfinished: 'late' }), limitMs).unref();
  const imported = importModule(url).then(
    (exports): Imported => ({ exports: exports as Readonly<Record<string, unknown>> }),
    (thrown: unknown): Imported => ({ thrown }),
  );
  try {
    return await Promise.race([imported, given]);
  } finally {
    clearTimeout(told);
    clearTimeout(late);
  }
}
