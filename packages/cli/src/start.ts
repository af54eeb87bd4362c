import { rootHelp } from './catalogue.ts';
import { exitCodes } from './catalogue.ts';
import type { ExitCode } from './catalogue.ts';
import { tellIdle } from './idle.ts';
import { leave } from './leave.ts';
import { runProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { exitCodeAfterWriting, flushStreams, guardStreams, print, say } from './streams.ts';
import { startTracing } from './tracer.ts';

const args = process.argv.slice(2);

guardStreams();
process.on('uncaughtException', (error) => leave(reportError(error, args)));
process.on('beforeExit', () => {
  if (!tellIdle()) leave(reportError(new Error('Nothing is left to wait for, but the command has not ended.'), args));
});

void run();

/** What it is built into is a script, where nothing can be awaited. */
async function run(): Promise<void> {
  await startTracing(args);
  const exitCode = await start();
  await flushStreams();
  leave(exitCodeAfterWriting(exitCode));
}

async function start(): Promise<ExitCode> {
  const [first] = args;
  if (first === undefined) {
    say(rootHelp());
    return exitCodes.usage;
  }
  if (first === '--version' || first === '-V') {
    await print(`${(await import('@orch/core')).orchVersion}\n`);
    return exitCodes.done;
  }
  return runProgram(args);
}
