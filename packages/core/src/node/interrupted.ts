/**
 * A signal that is aborted by the first SIGINT or SIGTERM, for `execute(workflow, { signal: interrupted() })`: the run
 * stops gracefully and is taken up by the next call. The second one ends the process as it would have without orch.
 */
export function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => controller.abort(name));
  return controller.signal;
}
