import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { commandNamed, entries, rootHelp } from './catalogue.ts';
import type { CommandName } from './catalogue.ts';
import { exitCodes } from './catalogue.ts';
import type { ExitCode } from './catalogue.ts';
import { laterCommands, laterFlags, laterOutputs } from './later.ts';
import { reportError, wrongUsage } from './report-error.ts';
import { outputKinds } from './view/view.ts';

const statuses = ['running', 'waiting', 'completed', 'failed', 'cancelled', 'interrupted'];

/** Carries out a command line and answers with the exit code. Never throws. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  const [word = ''] = args;
  let exitCode: ExitCode = exitCodes.done;
  const program = buildProgram(commandNamed(word), (code) => (exitCode = code));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help was printed.
    if (error instanceof CommanderError && helpCodes.has(error.code)) return exitCodes.done;
    const reported = error instanceof CommanderError ? wrongUsage(describeRefusal(error, word)) : error;
    return reportError(reported, { json: args.includes('--json') });
  }
}

const helpCodes: ReadonlySet<string> = new Set(['commander.help', 'commander.helpDisplayed']);

type End = (code: ExitCode) => void;

/** With the one command that is asked for; a word that is none meets the names of all, which help and guesses need. */
function buildProgram(wanted: CommandName | undefined, end: End): Command {
  const program = new Command('orch').exitOverride().configureOutput({ outputError: () => {} });
  program.helpInformation = rootHelp;
  for (const [name, { alias, summary }] of entries()) {
    if (wanted !== undefined && name !== wanted) continue;
    const command = program.command(name).description(summary);
    if (alias !== undefined) command.alias(alias);
    define[name](command, end);
  }
  return program;
}

const define: Readonly<Record<CommandName, (command: Command, end: End) => void>> = {
  validate: (command, end) =>
    command
      .argument('<plan>', 'plan file')
      .addOption(asJson('findings and checks'))
      .addOption(noCommandCheck())
      .addHelpText('after', examples('orch validate plan.json', 'orch validate plan.json --json'))
      .action(async (plan, options) => end(await (await import('./commands/validate.ts')).validate(plan, options))),
  execute: (command, end) =>
    command
      .argument('<plan>', 'plan file')
      .addOption(stateDir())
      .addOption(backend('where the run is kept'))
      .addOption(concurrency())
      .addOption(new Option('--input <name=value>', 'an input; repeatable').argParser(collect))
      .addOption(inputsFile('inputs'))
      .addOption(new Option('--only <phases>', 'these phases alone: a,b; repeatable').argParser(collect))
      .addOption(new Option('--skip <phases>', 'not these, and not what depends on them').argParser(collect))
      .addOption(new Option('--until <phases>', 'these, and what they depend on').argParser(collect))
      .option('--fail-fast', 'the first failure ends the run')
      .option('--run-id <id>', 'go on with this run, or follow it; start it where there is none')
      .addOption(asJson('the result'))
      .addOption(output())
      .addOption(noCommandCheck())
      .addHelpText(
        'after',
        examples('orch execute plan.json --input version=1.2', 'orch run plan.json --run-id nightly-1 --json'),
      )
      .action(async (plan, options) => end(await (await import('./commands/execute.ts')).execute(plan, options))),
  recover: (command, end) =>
    command
      .argument('[run]', runHelp)
      .addOption(new Option('--checkpoint <name>', 'go back to a checkpoint, NAME or NAME@VERSION').conflicts('from'))
      .option('--from <phase>', 'run this phase and all that depends on it again')
      .addOption(
        new Option('--plan <file>', 'a corrected plan: go on by it, and keep what is completed')
          .argParser(notEmpty)
          .conflicts(['checkpoint', 'from']),
      )
      .addOption(
        new Option('--all', 'all runs that were interrupted, or have waited long enough; resets nothing').conflicts([
          'checkpoint',
          'from',
          'plan',
          'takeOver',
          'otherHost',
          'output',
        ]),
      )
      .addOption(inputsFile('secret inputs'))
      .option('--take-over', 'kill the process that drives the run, on this host')
      .option('--other-host', 'nothing of the run is alive on the host where it was driven before')
      .addOption(stateDir())
      .addOption(backend())
      .addOption(concurrency())
      .addOption(asJson('the result'))
      .addOption(output())
      .addOption(noCommandCheck())
      .addHelpText('after', examples('orch recover plan.json', 'orch recover bcdf --from test', 'orch recover --all'))
      .action(async (run, options) => end(await (await import('./commands/recover.ts')).recover(run, options))),
  watch: (command, end) =>
    command
      .argument('<run>', runHelp)
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('the result'))
      .addOption(output())
      .addHelpText('after', examples('orch watch bcdf', 'orch watch plan.json --output plain'))
      .action(async (run, options) => end(await (await import('./commands/watch.ts')).watch(run, options))),
  list: (command, end) =>
    command
      .option('--workflow <id>', 'of this workflow')
      .addOption(new Option('--status <status>', 'of this status').choices(statuses))
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('the runs'))
      .addHelpText('after', examples('orch list', 'orch list --status interrupted --json'))
      .action(async (options) => end(await (await import('./commands/list.ts')).list(options))),
  show: (command, end) =>
    command
      .argument('<run>', runHelp)
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('the run'))
      .addHelpText('after', examples('orch show plan.json', 'orch show bcdf --json'))
      .action(async (run, options) => end(await (await import('./commands/show.ts')).show(run, options))),
  logs: (command, end) =>
    command
      .argument('<run>', runHelp)
      .argument('[phase]', 'of this phase only')
      .option('-f, --follow', 'go on until it ends')
      .addOption(new Option('--attempt <n>', 'of this attempt, not the latest').argParser(atLeast(1)))
      .addOption(stateDir())
      .addOption(backend())
      .addHelpText('after', examples('orch logs bcdf build', 'orch logs plan.json -f'))
      .action(async (run, phase, options) => end(await (await import('./commands/logs.ts')).logs(run, phase, options))),
  events: (command, end) =>
    command
      .argument('<run>', runHelp)
      .option('-f, --follow', 'go on until the run ends')
      .addOption(new Option('--after <n>', 'only events after this version').argParser(atLeast(0)))
      .addOption(stateDir())
      .addOption(backend())
      .addHelpText('after', examples('orch events bcdf', 'orch events plan.json -f --after 10'))
      .action(async (run, options) => end(await (await import('./commands/events.ts')).events(run, options))),
  cancel: (command, end) =>
    command
      .argument('<run>', runHelp)
      .option('--message <text>', 'why, for the journal')
      .addOption(stateDir())
      .addOption(backend())
      .addHelpText('after', examples('orch cancel bcdf --message "wrong input"'))
      .action(async (run, options) => end(await (await import('./commands/cancel.ts')).cancel(run, options))),
  copy: (command, end) =>
    command
      .argument('<run>', runHelp)
      .addOption(
        new Option('--to <backend>', 'json:DIR, sqlite:FILE, redis://… or rediss://…')
          .argParser(notEmpty)
          .makeOptionMandatory(),
      )
      .addOption(new Option('--as <id>', 'under another id').argParser(notEmpty))
      .option('--valid-prefix', 'of a damaged run what stands before the damage')
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('what was copied'))
      .addHelpText(
        'after',
        examples('orch copy bcdf --to sqlite', 'orch copy bcdf --to json --as bcdf-2 --valid-prefix'),
      )
      .action(async (run, options) => end(await (await import('./commands/copy.ts')).copy(run, options))),
  backup: (command, end) =>
    command
      .argument('<path>', 'a new folder for JSON files with their logs, a new file for SQLite without logs')
      .addOption(stateDir())
      .addOption(backend('what is backed up'))
      .addHelpText('after', examples('orch backup /srv/backup/monday', 'orch backup monday.db --backend sqlite'))
      .action(async (path, options) => end(await (await import('./commands/backup.ts')).backup(path, options))),
  doctor: (command, end) =>
    command
      .addOption(stateDir())
      .addOption(backend())
      .addOption(asJson('what was found'))
      .addHelpText('after', examples('orch doctor', 'orch doctor --state-dir /srv/state --json'))
      .action(async (options) => end(await (await import('./commands/doctor.ts')).doctor(options))),
};

const runHelp = 'the beginning of a run id, or a workflow id or plan file: its latest run';
const stateDir = (): Option =>
  new Option('--state-dir <folder>', 'where runs are kept (default: $ORCH_STATE, else .orch)').argParser(notEmpty);
const backend = (what = 'look for runs there only'): Option =>
  new Option('--backend <backend>', `json:DIR, sqlite:FILE, redis://… or rediss://…: ${what}`).argParser(notEmpty);
const asJson = (what: string): Option => new Option('--json', `print ${what} as JSON on stdout`);
const inputsFile = (what: string): Option =>
  new Option('--inputs <file>', `${what} from a JSON object in a file, or in stdin: -`).argParser(notEmpty);
const noCommandCheck = (): Option => new Option('--no-command-check', 'do not look for the programs of commands');
const output = (): Option =>
  new Option('--output <kind>', `how to show progress: ${outputKinds.join(', ')}`).argParser(parseOutput);
const concurrency = (): Option => new Option('--concurrency <n>', 'phases at once').argParser(atLeast(1));

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
  };
}

function parseOutput(text: string): string {
  if ((outputKinds as readonly string[]).includes(text)) return text;
  const why = laterOutputs.has(text) ? 'It is not supported yet.' : 'There is no such output.';
  throw new InvalidArgumentError(`${why} There are: ${outputKinds.join(', ')}.`);
}

/** A command line that commander refused, in our words. */
function describeRefusal({ code, message }: CommanderError, word: string): { message: string; hint: string } {
  const name = commandNamed(word);
  const help = name === undefined ? 'orch --help' : `orch ${name} --help`;
  // What was given to a mistyped option may be secret.
  const shown = code === 'commander.unknownOption' ? message.replace(/'(-[^'=]*)=[^]*'/, "'$1'") : message;
  const [text = '', ...guess] = shown.replace(/^error: /, '').split('\n');
  const flag = /'(--[\w-]+)/.exec(text)?.[1] ?? '';
  if (code === 'commander.unknownOption' && laterFlags[name ?? '']?.has(flag) === true)
    return { message: `${flag} is not supported yet.`, hint: `${help} says what is.` };
  if (code === 'commander.unknownCommand' && laterCommands.has(word))
    return { message: `The command ${word} is not supported yet.`, hint: `${help} says what is.` };
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?)]$/.test(text) ? '' : '.'}`;
  return { message: sentence, hint: [...guess, `See: ${help}`].join(' ') };
}
