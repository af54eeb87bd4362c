import { Script, createContext } from 'node:vm';

/**
 * Runs a function that regular expressions may keep busy for ever, and throws `late()` where it takes longer: only the
 * machine can interrupt them. What it had begun is left as it is, so it must have no effects.
 */
export function withinTime<T>(limitMs: number, run: () => T, late: () => Error): T {
  machine ??= { slot: createContext({}), call: new Script('run()') };
  machine.slot.run = run;
  try {
    return machine.call.runInContext(machine.slot, { timeout: limitMs }) as T;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw late();
    throw error;
  } finally {
    delete machine.slot.run;
  }
}

/** A context takes a millisecond to make. */
let machine: { readonly slot: { run?: unknown }; readonly call: Script } | undefined;
