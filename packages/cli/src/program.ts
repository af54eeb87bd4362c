import { Command, CommanderError, Option } from 'commander';
import { catalogue, commandNamed, entries, exitCodes, exitCodesOf, rootHelp } from './catalogue.ts';
import type { CommandName, ExitCode } from './catalogue.ts';
import { loadConfig } from './config/find-config.ts';
import type { ConfigChoice } from './config/find-config.ts';
import { driving } from './define/driving.ts';
import { keeping } from './define/keeping.ts';
import { looking } from './define/looking.ts';
import { notEmpty } from './define/options.ts';
import type { Define, End } from './define/options.ts';
import { settingUp } from './define/setting-up.ts';
import { laterCommands, laterFlags } from './later.ts';
import { reportError, wrongUsage } from './report-error.ts';

const define: Readonly<Record<CommandName, Define>> = {
  ...driving,
  ...looking,
  ...keeping,
  ...settingUp,
};

const helpColumns = 80;

/** Carries out a command line and answers with the exit code. Never throws. */
export async function runProgram(given: readonly string[]): Promise<ExitCode> {
  const args = asksAboutNothing(given) ? given.slice(1) : given;
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
    return reportError(reported, args);
  }
}

/** Help of a command that there is not: commander would print that of all. The command itself is refused, with a guess. */
function asksAboutNothing([first, word = '-']: readonly string[]): boolean {
  return first === 'help' && word !== 'help' && !word.startsWith('-') && commandNamed(word) === undefined;
}

const helpCodes: ReadonlySet<string> = new Set(['commander.help', 'commander.helpDisplayed']);

/** A command as it is defined, apart from what it does. */
export function definitionOf(name: CommandName): Command {
  const command = new Command(name);
  addDefinition(command, name, () => {});
  return command;
}

function addDefinition(command: Command, name: CommandName, end: End): void {
  define[name](command, end);
  if (usesConfig(command)) addConfig(command);
}

/** With the one command that is asked for; a word that is none meets the names of all, which help and guesses need. */
function buildProgram(wanted: CommandName | undefined, end: End): Command {
  const program = new Command('orch').exitOverride().configureOutput({
    outputError: () => {},
    getOutHelpWidth: () => Math.min(process.stdout.columns ?? helpColumns, helpColumns),
  });
  program.helpInformation = rootHelp;
  for (const [name, { alias, summary }] of entries()) {
    if (wanted !== undefined && name !== wanted) continue;
    const command = program
      .command(name)
      .description(sentence(summary))
      .addHelpText('before', `Examples:\n${catalogue[name].examples.map((line) => `  ${line}`).join('\n')}\n`)
      .addHelpText('after', `\n${exitCodesOf(name)}`);
    if (alias !== undefined) command.alias(alias);
    addDefinition(command, name, end);
  }
  return program;
}

/** They know plans by the keys of plugins, and look at no run. */
const readersOfPlans: ReadonlySet<string> = new Set(['validate', 'schema']);

/** Commands that look at runs or read plans; what else there is runs no code of others. */
function usesConfig(command: Command): boolean {
  return readersOfPlans.has(command.name()) || command.options.some(({ long }) => long === '--state-dir');
}

/** Read before the command begins, and not for its help. */
function addConfig(command: Command): void {
  command
    .addOption(new Option('--config <file>', 'use this orch.config (default: found upwards)').argParser(notEmpty))
    .addOption(new Option('--no-config', 'use none: no code of a config runs'))
    .hook('preAction', async () => {
      const { config }: { config?: ConfigChoice } = command.opts();
      command.setOptionValue('config', undefined);
      await loadConfig(config);
    });
}

/** A command line that commander refused, in our words. */
function describeRefusal({ code, message }: CommanderError, word: string): { message: string; hint: string } {
  const name = commandNamed(word);
  const help = name === undefined ? 'orch --help' : `orch ${name} --help`;
  // What was given to a mistyped option, or without one, may be secret.
  const shown =
    code === 'commander.unknownOption'
      ? message.replace(/'(-[^'=]*)=[^]*'/, "'$1'")
      : code === 'commander.excessArguments'
        ? message.replace(/=[^]*/, '=….')
        : message;
  const [text = '', ...guess] = shown.replace(/^error: /, '').split('\n');
  const flag = /'(--[\w-]+)/.exec(text)?.[1] ?? '';
  if (code === 'commander.unknownOption' && laterFlags[name ?? '']?.has(flag) === true)
    return { message: `${flag} is not supported yet.`, hint: `${help} says what is.` };
  if (code === 'commander.unknownCommand' && laterCommands.has(word))
    return { message: `The command ${word} is not supported yet.`, hint: `${help} says what is.` };
  if (code === 'commander.excessArguments' && shown !== message && name === 'execute')
    guess.push('Before each input stands --input.');
  return { message: sentence(text), hint: [...guess, `See: ${help}`].join(' ') };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?)]$/.test(text) ? '' : '.'}`;
}
