import { exitCodes, rootHelp } from './catalogue.ts';
import type { ExitCode } from './catalogue.ts';
import { tellIdle } from './idle.ts';
import { leave } from './leave.ts';
import { definitionOf, runProgram } from './program.ts';
import { exitCodeAfterWriting, reportError, wrongUsage } from './report-error.ts';
import { flushStreams, guardStreams, print, say } from './streams.ts';
import { startTracing } from './tracer.ts';

const args = process.argv.slice(2);
/** What a shell calls while somebody types: it writes nothing, not even what it did. */
const hidden = '__complete';

const nowhere = {
  message: 'The current folder is not there any more: it was removed or replaced.',
  hint: 'Change to one that is there (cd "$PWD", where it was replaced), then call orch again.',
};

guardStreams();
process.on('uncaughtException', (error) => leave(reportError(error, args)));
process.on('beforeExit', () => {
  if (!tellIdle()) leave(reportError(new Error('Nothing is left to wait for, but the command has not ended.'), args));
});

void run();

/** What it is built into is a script, where nothing can be awaited. */
async function run(): Promise<void> {
  if (args[0] === hidden) return leave(await complete(args.slice(1)));
  if (!isSomewhere()) return leave(reportError(wrongUsage(nowhere), args));
  await startTracing(args);
  const exitCode = await start();
  await flushStreams();
  leave(exitCodeAfterWriting(exitCode));
}

/** Paths are taken from the current folder, and another process can remove it. */
function isSomewhere(): boolean {
  try {
    process.cwd();
    return true;
  } catch {
    return false;
  }
}

async function complete(words: readonly string[]): Promise<ExitCode> {
  return (await import('./complete/complete.ts')).complete(words, definitionOf);
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
