import { exitCodes, rootHelp } from './catalogue.ts';

/** Prints the help of `orch`, or has the program loaded, which does all else. */
export async function begin(load: () => unknown): Promise<void> {
  // Node ends with 0 when nothing is left to wait for: until the end is known, it must not.
  process.exitCode = exitCodes.damaged;
  const [first, ...rest] = process.argv.slice(2);
  if (rest.length > 0 || (first !== '--help' && first !== '-h')) return void (await load());
  // Nothing is loaded for it, not even the stream of stdout.
  process.exitCode = exitCodes.done;
  try {
    process.getBuiltinModule('node:fs').writeSync(1, rootHelp());
  } catch {
    // Nobody reads it.
  }
}
