/** The run that words of the orchestrator say can't be listed, and why; `undefined` of all else, as what a server lacks. */
export function unlistedRun(words: string): { readonly run: string; readonly message: string } | undefined {
  const [, run, message] = /^warning: run (\S+) can't be listed: (.*)$/s.exec(words) ?? [];
  return run === undefined || message === undefined ? undefined : { run, message };
}
