/** Variables of a command that orch sets: these by name, and all that begin with `ORCH_INPUT_` or `ORCH_FAILED_`. */
const ownVariables: ReadonlySet<string> = new Set([
  'ORCH_RUN_ID',
  'ORCH_PHASE',
  'ORCH_ATTEMPT',
  'ORCH_PART',
  'ORCH_KEY',
  'ORCH_LINEAGE',
  'ORCH_ARTIFACTS',
  'ORCH_INPUTS',
  'ORCH_OUTPUTS',
  'ORCH_OUTPUT',
]);

export function isOwnVariable(name: string): boolean {
  return ownVariables.has(name) || name.startsWith('ORCH_INPUT_') || name.startsWith('ORCH_FAILED_');
}

/** What commands inherit: not what an outer orch, or whoever called this one, said of other inputs and attempts. */
export function inheritedEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // How an outer orch finds what the commands of an inner one start.
  const isInherited = (name: string): boolean => name === 'ORCH_LINEAGE' || !isOwnVariable(name);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isInherited(name)));
}
