import { exitCodes } from '../catalogue.ts';
import type { ExitCode } from '../catalogue.ts';
import { scripts } from '../complete/scripts.ts';
import type { Shell } from '../complete/shells.ts';
import { print } from '../streams.ts';

/** Prints what a shell has to run to complete commands, flags, runs and phases. */
export async function completion(shell: Shell): Promise<ExitCode> {
  await print(scripts[shell]);
  return exitCodes.done;
}
