/** Options whose values are names, numbers and places. What is not listed may hold a secret, in a later release too. */
const harmlessValues: ReadonlySet<string> = new Set([
  '--after',
  '--as',
  '--attempt',
  '--checkpoint',
  '--concurrency',
  '--config',
  '--from',
  '--inputs',
  '--only',
  '--output',
  '--plan',
  '--run-id',
  '--skip',
  '--state-dir',
  '--status',
  '--until',
  '--workflow',
]);

const flags: ReadonlySet<string> = new Set([
  '--all',
  '--fail-fast',
  '--follow',
  '--help',
  '--json',
  '--no-command-check',
  '--no-config',
  '--other-host',
  '--take-over',
  '--valid-prefix',
  '-f',
  '-h',
]);

/** Options whose values are hidden even where they look like an option. */
const hiddenValues: ReadonlySet<string> = new Set(['--backend', '--input', '--message', '--to']);

/** A command line without the values that may be secret. */
export function safeArguments(args: readonly string[]): string[] {
  let mayBeValue = false;
  let isValue = false;
  return args.map((arg, index) => {
    const isHidden = isValue || (mayBeValue && !arg.startsWith('-'));
    isValue = !isHidden && hiddenValues.has(arg);
    mayBeValue = !isHidden && arg.startsWith('-') && !arg.includes('=') && !flags.has(arg) && !harmlessValues.has(arg);
    if (isHidden) return '…';
    const [name = ''] = arg.split('=', 1);
    // A word with = may be an input whose option was forgotten.
    return name === arg || harmlessValues.has(name) || harmlessValues.has(args[index - 1] ?? '') ? arg : `${name}=…`;
  });
}
