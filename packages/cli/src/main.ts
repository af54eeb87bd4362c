import { rootHelp } from './catalogue.ts';
import { exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { flushStreams, guardStreams, print, say } from './streams.ts';

// Node ends with 0 when nothing is left to wait for: until the end is known, it must not.
process.exitCode = exitCodes.damaged;
guardStreams();
process.on('uncaughtException', (error) => void endWith(error));

const exitCode = await main(process.argv.slice(2));
await flushStreams();
process.exit(exitCode);

/** What needs nothing is answered before anything is loaded. */
async function main(args: readonly string[]): Promise<ExitCode> {
  const [first, ...rest] = args;
  if (first === undefined) {
    say(rootHelp());
    return exitCodes.usage;
  }
  if (rest.length === 0 && (first === '--help' || first === '-h')) {
    await print(rootHelp());
    return exitCodes.done;
  }
  if (first === '--version' || first === '-V') {
    await print(`${(await import('@orch/core')).orchVersion}\n`);
    return exitCodes.done;
  }
  return (await import('./program.ts')).runProgram(args);
}

async function endWith(error: unknown): Promise<void> {
  process.exit((await import('./report-error.ts')).reportError(error));
}
