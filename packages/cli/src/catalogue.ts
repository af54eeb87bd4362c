// What help says, apart from how it is carried out, so that help costs nothing: commands and exit codes.

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

/** Under which titles help lists commands, in this order. */
const groups = ['Run', 'Look', 'Look after', 'Set up'] as const;

export interface CatalogueEntry {
  readonly group: (typeof groups)[number];
  readonly alias?: string;
  /** Its arguments, as help shows them. */
  readonly usage: string;
  /** At most 56 characters: the list of commands fits into 80 columns. */
  readonly summary: string;
  /** What help begins with. */
  readonly examples: readonly [string, ...string[]];
  /** What it may end with, beside `usage` and `damaged`, which every command has. */
  readonly exits: readonly (keyof typeof exitCodes)[];
  /** What signals mean of one that drives no run, or drives it no more: there is nothing that recover could go on with. */
  readonly signals?: Partial<Record<'hangup' | 'interrupt' | 'terminate', string>>;
}

const ofDriving = [
  'done',
  'phaseFailed',
  'notFound',
  'driven',
  'waiting',
  'timeout',
  'hangup',
  'interrupt',
  'terminate',
] as const;

/** The commands, in the order of help and completion. */
export const catalogue = {
  validate: {
    group: 'Run',
    usage: '<plan>',
    summary: 'say everything that is wrong with a plan',
    examples: ['orch validate plan.json', 'orch validate plan.json --json'],
    exits: ['done', 'notFound'],
  },
  execute: {
    group: 'Run',
    alias: 'run',
    usage: '<plan>',
    summary: 'start a run of a plan and drive it',
    examples: [
      'orch execute plan.json --input version=1.2',
      'orch execute release.mts',
      'orch run plan.json --run-id nightly-1 --json',
    ],
    exits: ofDriving,
  },
  recover: {
    group: 'Run',
    alias: 'resume',
    usage: '<run>',
    summary: 'take a run up again and drive it, or --all',
    examples: ['orch recover plan.json', 'orch recover bcdf --from test', 'orch recover --all'],
    exits: ofDriving,
  },
  watch: {
    group: 'Run',
    usage: '<run>',
    summary: 'follow a run until it ends',
    examples: ['orch watch bcdf', 'orch watch plan.json --output plain'],
    exits: ['done', 'phaseFailed', 'notFound', 'waiting', 'timeout', 'interrupt'],
    signals: { interrupt: 'SIGINT: the run goes on; or nobody drives it, recover goes on' },
  },
  cancel: {
    group: 'Run',
    usage: '<run>',
    summary: 'end a run for good',
    examples: ['orch cancel bcdf --message "wrong input"'],
    exits: ['done', 'phaseFailed', 'notFound', 'driven'],
  },
  list: {
    group: 'Look',
    usage: '',
    summary: 'list runs, newest first',
    examples: ['orch list', 'orch list --status interrupted --limit 10 --json'],
    exits: ['done'],
  },
  show: {
    group: 'Look',
    usage: '<run>',
    summary: 'show phases, attempts, errors and checkpoints of a run',
    examples: ['orch show plan.json', 'orch show bcdf --json'],
    exits: ['done', 'notFound'],
  },
  logs: {
    group: 'Look',
    usage: '<run> [phase]',
    summary: 'print what phases printed',
    examples: ['orch logs bcdf build --tail 40', 'orch logs plan.json -f'],
    exits: ['done', 'notFound', 'interrupt'],
    signals: { interrupt: 'SIGINT: the run goes on; or nobody drives it, recover goes on' },
  },
  events: {
    group: 'Look',
    usage: '<run>',
    summary: 'print the journal of a run, a line of JSON each',
    examples: ['orch events bcdf', 'orch events plan.json --after 10 --limit 50'],
    exits: ['done', 'notFound'],
  },
  graph: {
    group: 'Look',
    usage: '<plan|run>',
    summary: 'draw a plan, or what became of the phases of a run',
    examples: ['orch graph plan.json --format mermaid', 'orch graph bcdf --format svg > run.svg'],
    exits: ['done', 'notFound'],
  },
  report: {
    group: 'Look',
    usage: '<run>',
    summary: 'write a run as one page of HTML',
    examples: ['orch report bcdf > run.html', 'orch report plan.json > run.html'],
    exits: ['done', 'notFound'],
  },
  stats: {
    group: 'Look',
    usage: '',
    summary: 'say how runs ended, and how long their phases took',
    examples: ['orch stats', 'orch stats --workflow release --since 30d --json'],
    exits: ['done'],
  },
  copy: {
    group: 'Look after',
    usage: '<run>',
    summary: 'copy a run to another backend',
    examples: ['orch copy bcdf --to sqlite', 'orch copy bcdf --to json --as bcdf-2 --valid-prefix'],
    exits: ['done', 'notFound', 'driven'],
  },
  backup: {
    group: 'Look after',
    usage: '<path>',
    summary: 'copy all runs of a backend, as they are now',
    examples: ['orch backup /srv/backup/monday', 'orch backup monday.db --backend sqlite'],
    exits: ['done', 'notFound', 'hangup', 'interrupt', 'terminate'],
    signals: {
      hangup: 'SIGHUP: there is no backup, runs are as they were',
      interrupt: 'SIGINT: there is no backup, runs are as they were',
      terminate: 'SIGTERM: there is no backup, runs are as they were',
    },
  },
  prune: {
    group: 'Look after',
    usage: '',
    summary: 'remove runs that are old, with their logs',
    examples: [
      'orch prune --older-than 30d --dry-run',
      'orch prune --older-than 30d --keep-last 10',
      'orch prune --keep-last 3 --workflow nightly --json',
    ],
    exits: ['done'],
  },
  doctor: {
    group: 'Look after',
    usage: '',
    summary: 'say what is damaged or noteworthy; changes nothing',
    examples: ['orch doctor', 'orch doctor --state-dir /srv/state --json'],
    exits: ['done'],
  },
  init: {
    group: 'Set up',
    usage: '[file]',
    summary: 'write a plan to begin with, from a template',
    examples: ['orch init', 'orch init release.yaml --template release'],
    exits: ['done', 'interrupt'],
    signals: { interrupt: 'SIGINT: nothing was written' },
  },
  schema: {
    group: 'Set up',
    usage: '',
    summary: 'print the JSON Schema of plan files, for editors',
    examples: ['orch schema > plan.schema.json', 'orch schema --draft 07 > plan.schema.json'],
    exits: ['done'],
  },
  completion: {
    group: 'Set up',
    usage: '<shell>',
    summary: 'print what completes words of orch in a shell',
    examples: [
      'orch completion bash   # in ~/.bashrc: eval "$(orch completion bash)"',
      'orch completion zsh    # in ~/.zshrc: source <(orch completion zsh)',
    ],
    exits: ['done'],
  },
  skill: {
    group: 'Set up',
    usage: 'install [dir]',
    summary: 'copy the skill for coding agents into this project',
    examples: ['orch skill install', 'orch skill install .agents/skills --force'],
    exits: ['done'],
  },
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

export type CommandName = keyof typeof catalogue;

/** The name of a command that was called by its name or its alias. */
export function commandNamed(word: string): CommandName | undefined {
  return entries().find(([name, { alias }]) => name === word || alias === word)?.[0];
}

export function entries(): (readonly [CommandName, CatalogueEntry])[] {
  return Object.entries(catalogue) as [CommandName, CatalogueEntry][];
}

/** What each exit code says, in words. */
export const meanings: readonly (readonly [ExitCode, string])[] = [
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

/** What `orch --help` prints: 80 columns at most. */
export function rootHelp(): string {
  const terms = new Map(
    entries().map(([name, { alias, usage }]) => [
      name,
      `${name}${alias === undefined ? '' : `|${alias}`} ${usage}`.trimEnd(),
    ]),
  );
  const width = Math.max(...[...terms.values()].map((term) => term.length));
  const namesIn = (title: string): readonly CommandName[] =>
    entries().flatMap(([name, { group }]) => (group === title ? [name] : []));
  const row = (name: CommandName): string => `  ${(terms.get(name) ?? name).padEnd(width)}  ${catalogue[name].summary}`;
  return `Runs workflows of many phases that survive crashes.

Examples:
  orch execute plan.json   # start a run of a plan and drive it to its end
  orch recover plan.json   # after a crash, a kill -9 or a failure: go on

Usage: orch <command> [options]

${groups.map((title) => `${title}:\n${namesIn(title).map(row).join('\n')}`).join('\n\n')}

Options:
  ${'-h, --help'.padEnd(width)}  of orch, or of a command: orch execute --help
  ${'-V, --version'.padEnd(width)}  print the version

<run> is the beginning of a run id, a workflow id or a plan: its latest run.
State is kept in --state-dir, else $ORCH_STATE, else .orch in this folder;
journals in --backend, else $ORCH_BACKEND, else the plan's state_backend, else
JSON files.

${describeExitCodes(meanings)}
`;
}

/** The exit codes of a command, as its help lists them. */
export function exitCodesOf(name: CommandName): string {
  const { exits, signals = {} }: CatalogueEntry = catalogue[name];
  const own = new Set<ExitCode>([...exits, 'usage' as const, 'damaged' as const].map((exit) => exitCodes[exit]));
  const words = new Map(Object.entries(signals).map(([exit, told]) => [exitCodes[exit as keyof typeof signals], told]));
  return describeExitCodes(
    meanings.filter(([code]) => own.has(code)).map(([code, meaning]) => [code, words.get(code as 130) ?? meaning]),
  );
}

function describeExitCodes(shown: typeof meanings): string {
  return `Exit codes:\n${shown.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n')}`;
}
