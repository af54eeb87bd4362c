import { describeExitCodes } from './exit-codes.ts';

export interface CatalogueEntry {
  readonly alias?: string;
  /** Its arguments, as help shows them. */
  readonly usage: string;
  readonly summary: string;
}

/** The commands, in the order of help. Kept apart from how they are parsed, so that help costs nothing. */
export const catalogue = {
  validate: { usage: '<plan>', summary: 'say everything that is wrong with a plan' },
  execute: { alias: 'run', usage: '<plan>', summary: 'start a run of a plan and drive it' },
  recover: { alias: 'resume', usage: '<run>', summary: 'take a run up again and drive it' },
  list: { usage: '', summary: 'list runs, newest first' },
  show: { usage: '<run>', summary: 'show phases, attempts, errors and checkpoints of a run' },
  logs: { usage: '<run> [phase]', summary: 'print what phases printed' },
  events: { usage: '<run>', summary: 'print the journal of a run, a line of JSON for each event' },
  cancel: { usage: '<run>', summary: 'end a run for good' },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type CommandName = keyof typeof catalogue;

/** The name of a command that was called by its name or its alias. */
export function commandNamed(word: string): CommandName | undefined {
  return entries().find(([name, { alias }]) => name === word || alias === word)?.[0];
}

export function entries(): (readonly [CommandName, CatalogueEntry])[] {
  return Object.entries(catalogue) as [CommandName, CatalogueEntry][];
}

/** What `orch --help` prints. */
export function rootHelp(): string {
  const rows = entries().map(([name, { alias, usage, summary }]): [string, string] => [
    `${name}${alias === undefined ? '' : `|${alias}`} ${usage}`.trimEnd(),
    summary,
  ]);
  const width = Math.max(...rows.map(([term]) => term.length));
  return `Usage: orch <command> [options]

Runs workflows of many phases that survive crashes.

Commands:
${rows.map(([term, summary]) => `  ${term.padEnd(width)}  ${summary}`).join('\n')}

Options:
  ${'-h, --help'.padEnd(width)}  of orch, or of a command: orch execute --help
  ${'-V, --version'.padEnd(width)}  print the version

<run> is the beginning of a run id, or a workflow id or plan file: its latest run.
State is kept in --state-dir, else $ORCH_STATE, else .orch in the current folder.

${describeExitCodes()}
`;
}
