import { exitCodes } from './exit-codes.ts';
import { runProgram } from './program.ts';
import { reportError } from './report-error.ts';
import { flushStreams, guardStreams } from './streams.ts';

// Node ends with 0 when nothing is left to wait for: until the end is known, it must not.
process.exitCode = exitCodes.damaged;
guardStreams();
process.on('uncaughtException', (error) => process.exit(reportError(error)));

const exitCode = await runProgram(process.argv.slice(2));
await flushStreams();
process.exit(exitCode);
