import type { ExitCode } from './catalogue.ts';

/** As Node has it: modules of others are given one that does not end orch. */
const exit = process.exit.bind(process);

/** Ends the process. Orch itself calls no other way. */
export function leave(code: ExitCode): never {
  return exit(code);
}
