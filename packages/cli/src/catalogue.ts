// What help says, apart from how it is carried out, so that help costs nothing: commands and exit codes.

export interface CatalogueEntry {
  readonly alias?: string;
  /** Its arguments, as help shows them. */
  readonly usage: string;
  readonly summary: string;
}

/** The commands, in the order of help. */
export const catalogue = {
  validate: { usage: '<plan>', summary: 'say everything that is wrong with a plan' },
  execute: { alias: 'run', usage: '<plan>', summary: 'start a run of a plan and drive it' },
  recover: {
    alias: 'resume',
    usage: '<run>',
    summary: 'take a run up again and drive it; --all: all that were interrupted or have waited',
  },
  watch: { usage: '<run>', summary: 'follow a run until it ends' },
  list: { usage: '', summary: 'list runs, newest first' },
  show: { usage: '<run>', summary: 'show phases, attempts, errors and checkpoints of a run' },
  logs: { usage: '<run> [phase]', summary: 'print what phases printed' },
  events: { usage: '<run>', summary: 'print the journal of a run, a line of JSON for each event' },
  cancel: { usage: '<run>', summary: 'end a run for good' },
  copy: { usage: '<run>', summary: 'copy a run to another backend' },
  backup: { usage: '<path>', summary: 'copy all runs of a backend, as they are now, to a new place' },
  doctor: { usage: '', summary: 'say what is damaged or noteworthy in the state folder; changes nothing' },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type CommandName = keyof typeof catalogue;

/** The name of a command that was called by its name or its alias. */
export function commandNamed(word: string): CommandName | undefined {
  return entries().find(([name, { alias }]) => name === word || alias === word)?.[0];
}

export function entries(): (readonly [CommandName, CatalogueEntry])[] {
  return Object.entries(catalogue) as [CommandName, CatalogueEntry][];
}

/** What `orch` ends with. Scripts rely on them: they are never renumbered. */
export const exitCodes = {
  done: 0,
  phaseFailed: 1,
  usage: 2,
  notFound: 3,
  driven: 4,
  damaged: 5,
  waiting: 6,
  timeout: 124,
  hangup: 129,
  interrupt: 130,
  terminate: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const meanings: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.done, 'done'],
  [exitCodes.phaseFailed, 'a phase failed, or the run was cancelled'],
  [exitCodes.usage, 'usage, or an invalid plan'],
  [exitCodes.notFound, 'no such plan, run, phase or checkpoint'],
  [exitCodes.driven, 'driven by someone else'],
  [exitCodes.damaged, 'backend unreachable, state damaged, or a bug in orch'],
  [exitCodes.waiting, 'waiting for a person or a time'],
  [exitCodes.timeout, 'the timeout of the run passed'],
  [exitCodes.hangup, 'SIGHUP: commands go on'],
  [exitCodes.interrupt, 'SIGINT: stopped, recover goes on'],
  [exitCodes.terminate, 'SIGTERM: stopped, recover goes on'],
];

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
State is kept in --state-dir, else $ORCH_STATE, else .orch in the current folder; journals in --backend, else
$ORCH_BACKEND, else the plan's state_backend, else JSON files.

${describeExitCodes()}
`;
}

function describeExitCodes(): string {
  return `Exit codes:\n${meanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`;
}
