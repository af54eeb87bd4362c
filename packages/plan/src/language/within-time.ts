import { createContext, runInContext } from 'node:vm';

/**
 * Runs a function that regular expressions may keep busy for ever, and throws `late()` where it takes longer: only the
 * machine can interrupt them. What it started is thrown away, so it must have no effects.
 */
export function withinTime<T>(limitMs: number, run: () => T, late: () => Error): T {
  try {
    return runInContext('run()', createContext({ run }), { timeout: limitMs }) as T;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw late();
    throw error;
  }
}
