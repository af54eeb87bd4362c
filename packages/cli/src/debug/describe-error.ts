import { isOrchError, messageOf } from '@orch/core/author';

/** An error with its stack and those of its causes. Wrong usage is its code alone: its words repeat the command line. */
export function describeError(thrown: unknown): { readonly code?: string; readonly stack?: string } {
  if (isOrchError(thrown, 'ORCH_CLI_USAGE')) return { code: thrown.code };
  return { ...(isOrchError(thrown) ? { code: thrown.code } : {}), stack: stackOf(thrown) };
}

function stackOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return messageOf(thrown);
  const { cause, stack = thrown.message } = thrown;
  return cause === undefined ? stack : `${stack}\ncaused by: ${stackOf(cause)}`;
}
