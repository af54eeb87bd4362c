/** How a case ended. Long enough for a sound answer, for calls that would never settle; measured by turns, not by time. */
export async function outcomeOf(run: Promise<void>): Promise<'passed' | 'failed'> {
  let outcome: 'passed' | 'failed' | undefined;
  run.then(
    () => (outcome = 'passed'),
    () => (outcome = 'failed'),
  );
  for (let turn = 0; turn < 20_000 && outcome === undefined; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  return outcome ?? 'failed';
}
