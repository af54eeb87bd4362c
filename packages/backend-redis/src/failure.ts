import { messageOf, orchError } from '@orch/core/author';
import type { OrchError } from '@orch/core/author';

/** How the server speaks of things that pass by themselves: starting, failing over, a script of somebody else's. */
const passingReplies = /^(LOADING|MASTERDOWN|READONLY|BUSY|CLUSTERDOWN|TRYAGAIN|NOREPLICAS) /;

/** Whether it passes by itself. Everything that the server did not answer is a lost connection: its fate is unknown. */
export function passes(error: unknown): boolean {
  return !isReply(error) || passingReplies.test(error.message);
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** What helps, by how an answer of the server begins. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^OOM /, 'The server has no memory left for new data. Raise its maxmemory or remove data, then recover the run.'],
  [/^MISCONF /, 'The server cannot write its data to disk. Look into its log, free some space, then recover the run.'],
  [
    /^(WRONGPASS|NOAUTH) |invalid username-password|without any password/i,
    'Check user and password, in the URL or the options.',
  ],
  [/^NOPERM /, 'Give the user all commands on the keys and channels of the prefix: ~orch:* &orch:* +@all'],
  [/^(MOVED|ASK|CROSSSLOT) /, 'Redis Cluster with more than one node is not supported yet. Use a single server.'],
  [
    /certificate|self-signed|ERR_TLS|SSL|wrong version number/i,
    'Check the certificates, and that both sides speak TLS or neither.',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'Check the name of the host.'],
];

/** An answer that will be the same next time, or a server that stays away, in the words of the catalogue. */
export function unavailable(server: string, error: unknown): OrchError {
  const what = messageOf(error);
  const hint = advice.find(([pattern]) => pattern.test(what))?.[1];
  return orchError({
    code: 'ORCH_BACKEND_UNAVAILABLE',
    message: isReply(error) ? `${server} refused: ${what}` : `${server} can't be reached: ${what}.`,
    hint: hint ?? 'Check that the server runs, then recover the run. Nothing acknowledged is lost.',
    // Not the error itself: it carries the command, and so passwords and data.
    cause: new Error(what),
  });
}

export function isWrongType(error: unknown): boolean {
  return isReply(error) && error.message.startsWith('WRONGTYPE');
}
