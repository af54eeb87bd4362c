import { arch, platform } from 'node:os';
import { isOrchError, messageOf, orchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';
import { exitCodeOf } from './exit-codes.ts';
import { exitCodes } from './catalogue.ts';
import type { ExitCode } from './catalogue.ts';
import { namesCommand, nextCommand } from './next-command.ts';
import { lostOutput, say } from './streams.ts';
import { tracer } from './tracer.ts';
import { asksForNdjson, ndjsonStream } from './view/ndjson-stream.ts';

/**
 * Says what went wrong and what to call next, to a person and, where a program asked for JSON, to it too. Answers with the
 * exit code. `args`: the command line.
 */
export function reportError(thrown: unknown, args: readonly string[] = []): ExitCode {
  const error = asPlaceError(thrown) ?? internal(thrown);
  const next = namesCommand(`${error.message} ${error.hint}`) ? undefined : nextCommand(error.code, args);
  sayError(error, next);
  tracer()?.failed(thrown);
  const exitCode = exitCodeOf(error.code);
  if (asksForNdjson(args)) void ndjsonStream.end({ exitCode, error: describe(error, next) });
  else if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ error: describe(error, next) })}\n`);
  return exitCode;
}

/** What the process ends with: success is none where the answer could not be written. Said on stderr alone. */
export function exitCodeAfterWriting(exitCode: ExitCode): ExitCode {
  const lost = lostOutput();
  if (lost === undefined) return exitCode;
  const error = orchError({
    code: 'ORCH_CLI_STDOUT',
    message: `stdout could not be written: ${lost.message}`,
    hint: 'Make room where it goes, or let it go elsewhere, and ask again. What was done stands; of runs tells: orch list',
    cause: lost,
  });
  sayError(error);
  tracer()?.failed(error);
  return exitCode === exitCodes.done ? exitCodeOf(error.code) : exitCode;
}

function sayError({ message, hint, code }: OrchError, next?: string): void {
  say(`orch: ${message}`);
  if (hint !== undefined) say(`  ${hint}`);
  if (next !== undefined) say(`  Next: ${next}`);
  say(`  [${code}]`);
}

/** A command line that cannot be carried out. */
export function wrongUsage(description: { readonly message: string; readonly hint: string }): OrchError {
  return orchError({ code: 'ORCH_CLI_USAGE', ...description });
}

/** Errors of the file system that no backend put into words: a place that cannot be used, not a bug. */
const placeErrors: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EBUSY',
  'EDQUOT',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EMFILE',
  'ENAMETOOLONG',
  'ENFILE',
  'ENOENT',
  'ENOSPC',
  'ENOTDIR',
  'ENOTEMPTY',
  'EPERM',
  'EROFS',
  'ESTALE',
  // How Node puts it where it loads a package of ours.
  'ERR_INVALID_PACKAGE_CONFIG',
]);

/** An error that is told in words already, or is of a place that cannot be used; `undefined`: a bug. */
export function asPlaceError(thrown: unknown): OrchError | undefined {
  if (isOrchError(thrown)) return thrown;
  if (!(thrown instanceof Error && 'code' in thrown && placeErrors.has(thrown.code))) return undefined;
  return orchError({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: thrown.message,
    hint: 'Remove the cause on this machine (rights, disk space, `ulimit -n`, links), then call orch again: runs are safe.',
    cause: thrown,
  });
}

function internal(thrown: unknown): OrchError {
  return orchError({
    code: 'ORCH_INTERNAL',
    message: `This is a bug in orch: ${messageOf(thrown)}`,
    hint:
      'Please report it with the command line, what ORCH_DEBUG=1 writes to debug.log in the state folder, ' +
      `and this: Node ${process.versions.node}, ${platform()} ${arch()}. Runs are safe: recover takes them up.`,
    cause: thrown,
  });
}

/** An invalid plan carries its findings. */
function describe(error: OrchError, next: string | undefined): Record<string, unknown> {
  const { code, message, hint, url } = error;
  const findings = 'findings' in error ? { findings: error.findings } : {};
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(next === undefined ? {} : { next }),
    ...(url === undefined ? {} : { url }),
    ...findings,
  };
}
