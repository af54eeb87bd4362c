// What GitHub's runner takes for a command, of whichever stream. Its rules: "Workflow commands for GitHub Actions" in GitHub's
// documentation, and ActionCommand.cs of actions/runner.

/** A line that the runner carries out: `error`, `warning`, `group` … */
export function workflowCommand(
  name: string,
  text: string,
  properties: { readonly [name: string]: string | undefined } = {},
): string {
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escapeProperty(value)}`],
  );
  return `::${name}${given.length === 0 ? '' : ` ${given.join(',')}`}::${escapeText(text)}`;
}

function escapeText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A line that the runner takes for no command: those of the old form may stand anywhere in it. */
export function withoutCommands(line: string): string {
  return line.replace(/^(\s*):(?=:)/u, '$1: ').replaceAll('##[', '## [');
}
