import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { orchError } from '@orch/core/author';
import { describeExitCodes, exitCodes } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { laterCommands, laterFlags, laterOutputs } from './later.ts';
import { reportError } from './report-error.ts';
import { print } from './streams.ts';

const outputs = ['tty', 'plain', 'ndjson', 'none'];
const statuses = ['running', 'waiting', 'completed', 'failed', 'cancelled', 'interrupted'];

/** Carries out a command line and answers with the exit code. Never throws. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done;
  const program = buildProgram((code) => (exitCode = code));
  const json = args.includes('--json');
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return exitCodes.usage;
    }
    if (args[0] === '--version' || args[0] === '-V') {
      await print(`${(await import('@orch/core')).orchVersion}\n`);
      return exitCodes.done;
    }
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error, { json });
    // Help and version were printed.
    if (error.exitCode === 0) return exitCodes.done;
    return reportError(usageError(error, args), { json });
  }
}

type End = (code: ExitCode) => void;

function buildProgram(end: End): Command {
  const program = new Command('orch')
    .description('Runs workflows of many phases that survive crashes.')
    .option('-V, --version', 'print the version')
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .showHelpAfterError(false)
    .addHelpText(
      'after',
      `\n${describeExitCodes()}\n\nState: --state-dir, else ORCH_STATE, else .orch in the current folder.`,
    );
  addPlanCommands(program, end);
  addRunCommands(program, end);
  return program;
}

const stateDir = (): Option =>
  new Option('--state-dir <folder>', 'where runs are kept (default: $ORCH_STATE, else .orch)');
const asJson = (what: string): Option => new Option('--json', `print ${what} as JSON on stdout`);
const output = (): Option =>
  new Option('--output <kind>', `how to show progress: ${outputs.join(', ')}`).argParser(parseOutput);
const concurrency = (): Option => new Option('--concurrency <n>', 'phases at once').argParser(atLeast(1));
const run = '<run>';
const runHelp = 'the beginning of a run id, or a workflow id or plan file: its latest run';

function addPlanCommands(program: Command, end: End): void {
  program
    .command('validate')
    .description('say everything that is wrong with a plan')
    .argument('<plan>', 'plan file')
    .addOption(asJson('findings and checks'))
    .option('--no-command-check', 'do not look for the programs of commands')
    .addHelpText('after', examples('orch validate plan.json', 'orch validate plan.json --json'))
    .action(async (plan: string, options) =>
      end(await (await import('./commands/validate.ts')).validate(plan, options)),
    );
  program
    .command('execute')
    .alias('run')
    .description('start a run of a plan and drive it')
    .argument('<plan>', 'plan file')
    .addOption(stateDir())
    .addOption(concurrency())
    .option('--run-id <id>', 'go on with this run, or follow it; start it where there is none')
    .addOption(asJson('the result'))
    .addOption(output())
    .option('--no-command-check', 'do not look for the programs of commands')
    .addHelpText('after', examples('orch execute plan.json', 'orch execute plan.json --run-id nightly-1 --json'))
    .action(async (plan: string, options) => end(await (await import('./commands/execute.ts')).execute(plan, options)));
}

function addRunCommands(program: Command, end: End): void {
  program
    .command('recover')
    .alias('resume')
    .description('take a run up again and drive it')
    .argument(run, runHelp)
    .addOption(new Option('--checkpoint <name>', 'go back to a checkpoint, NAME or NAME@VERSION').conflicts('from'))
    .option('--from <phase>', 'run this phase and all that depends on it again')
    .option('--take-over', 'kill the process that drives the run, on this host')
    .option('--other-host', 'nothing of the run is alive on the host where it was driven before')
    .addOption(stateDir())
    .addOption(concurrency())
    .addOption(asJson('the result'))
    .addOption(output())
    .addHelpText('after', examples('orch recover plan.json', 'orch recover bcdf --from test'))
    .action(async (text: string, options) => end(await (await import('./commands/recover.ts')).recover(text, options)));
  program
    .command('list')
    .description('list runs, newest first')
    .option('--workflow <id>', 'of this workflow')
    .addOption(new Option('--status <status>', 'of this status').choices(statuses))
    .addOption(stateDir())
    .addOption(asJson('the runs'))
    .addHelpText('after', examples('orch list', 'orch list --status interrupted --json'))
    .action(async (options) => end(await (await import('./commands/list.ts')).list(options)));
  program
    .command('show')
    .description('show phases, attempts, errors and checkpoints of a run')
    .argument(run, runHelp)
    .addOption(stateDir())
    .addOption(asJson('the run'))
    .addHelpText('after', examples('orch show plan.json', 'orch show bcdf --json'))
    .action(async (text: string, options) => end(await (await import('./commands/show.ts')).show(text, options)));
  addLogCommands(program, end);
  program
    .command('cancel')
    .description('end a run for good')
    .argument(run, runHelp)
    .option('--message <text>', 'why, for the journal')
    .addOption(stateDir())
    .addHelpText('after', examples('orch cancel bcdf --message "wrong input"'))
    .action(async (text: string, options) => end(await (await import('./commands/cancel.ts')).cancel(text, options)));
}

function addLogCommands(program: Command, end: End): void {
  program
    .command('logs')
    .description('print what phases printed')
    .argument(run, runHelp)
    .argument('[phase]', 'of this phase only')
    .option('-f, --follow', 'go on until it ends')
    .addOption(new Option('--attempt <n>', 'of this attempt, not the latest').argParser(atLeast(1)))
    .addOption(stateDir())
    .addHelpText('after', examples('orch logs bcdf build', 'orch logs plan.json -f'))
    .action(async (text: string, phase: string | undefined, options) =>
      end(await (await import('./commands/logs.ts')).logs(text, phase, options)),
    );
  program
    .command('events')
    .description('print the journal of a run, a line of JSON for each event')
    .argument(run, runHelp)
    .option('-f, --follow', 'go on until the run ends')
    .addOption(new Option('--after <n>', 'only events after this version').argParser(atLeast(0)))
    .addOption(stateDir())
    .addHelpText('after', examples('orch events bcdf', 'orch events plan.json -f --after 10'))
    .action(async (text: string, options) => end(await (await import('./commands/events.ts')).events(text, options)));
}

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function atLeast(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
  };
}

function parseOutput(text: string): string {
  if (outputs.includes(text)) return text;
  const why = laterOutputs.has(text) ? 'It is not supported yet.' : 'There is no such output.';
  throw new InvalidArgumentError(`${why} There are: ${outputs.join(', ')}.`);
}

/** A command line that commander refused, in our words. */
function usageError({ code, message }: CommanderError, args: readonly string[]): Error {
  const [command = ''] = args;
  const name = aliases[command] ?? command;
  const said = message.replace(/^error: /, '');
  const [text = said, ...rest] = said.split('\n');
  const flag = /'(--[\w-]+)/.exec(text)?.[1];
  if (code === 'commander.unknownOption' && flag !== undefined && laterFlags[name]?.has(flag) === true)
    return wrongUsage(`${flag} is not supported yet.`, `orch ${name} --help says what is.`);
  if (code === 'commander.unknownCommand' && laterCommands.has(command))
    return wrongUsage(`The command ${command} is not supported yet.`, 'orch --help says what is.');
  const help = code === 'commander.unknownCommand' ? 'orch --help' : `orch ${name} --help`;
  const guess = rest.join(' ').trim();
  return wrongUsage(
    `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?)]$/.test(text) ? '' : '.'}`,
    `${guess === '' ? '' : `${guess} `}See: ${help}`,
  );
}

const aliases: Readonly<Record<string, string>> = { run: 'execute', resume: 'recover' };

function wrongUsage(message: string, hint: string): Error {
  return orchError({ code: 'ORCH_CLI_USAGE', message, hint });
}
