import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { catalogue, commandNamed, entries, exitCodes } from './catalogue.ts';
import { exitCodeOf } from './exit-codes.ts';
import { planForms } from './init/plan-forms.ts';
import { findStatePlace, optionIn, stateDirectoryIn } from './state-place.ts';
import { harmless, shellWord } from './view/text.ts';

const commandIn = new RegExp(
  `\\borch (?:${entries()
    .map(([name]) => name)
    .join('|')})\\b`,
);

/** Whether words say which command to call. */
export function namesCommand(words: string): boolean {
  return commandIn.test(words);
}

/** What to call after an error, for whoever has read what is wrong. `args`: the command line that failed. */
export function nextCommand(code: string, args: readonly string[]): string {
  if (code === 'ORCH_PLAN_NOT_FOUND') return afterMissingPlan(args);
  // What the machine cannot read, it cannot validate either.
  const isOfPlan = code.startsWith('ORCH_PLAN_') && code !== 'ORCH_PLAN_UNREADABLE';
  if (isOfPlan || code.startsWith('ORCH_LANGUAGE_')) return `orch validate ${subjectOf(args, 'plan') ?? 'PLAN'}`;
  if (code === 'ORCH_RUN_UNKNOWN' || code === 'ORCH_RUN_AMBIGUOUS') return `orch list --limit 10${stateFlag(args)}`;
  const exitCode = exitCodeOf(code);
  if (exitCode === exitCodes.damaged || code.startsWith('ORCH_BACKEND_'))
    return `orch doctor${stateFlag(args)}${code === 'ORCH_BACKEND_UNAVAILABLE' ? placeFlag(args) : ''}`;
  if (exitCode === exitCodes.usage || code.startsWith('ORCH_CONFIG_')) return helpFor(commandNamed(args[0] ?? ''));
  const plan = subjectOf(args, 'plan');
  if (code === 'ORCH_RUN_NO_PHASE' && plan !== undefined) return `orch graph ${plan}`;
  // A plan means its latest run.
  return `orch show ${subjectOf(args, 'run') ?? plan ?? 'RUN'}${stateFlag(args)}`;
}

/** To take the plan of that name that there is, else to make it, where one of its name can be made. */
function afterMissingPlan(args: readonly string[]): string {
  const [word = '', given = ''] = args;
  const plan = subjectOf(args, 'plan');
  const other = plan === undefined ? undefined : inAnotherForm(given);
  if (other !== undefined) return `orch ${commandNamed(word)} ${shellWord(harmless(other))}`;
  const canBeMade = plan !== undefined && planForms[extname(given).toLowerCase()] !== undefined;
  return canBeMade ? `orch init ${plan}` : helpFor(commandNamed(word));
}

/** A plan of the same name with another ending, as the one that init makes. */
function inAnotherForm(path: string): string | undefined {
  const name = path.slice(0, path.length - extname(path).length);
  const [other] = [...Object.keys(planForms), '.mts'].map((ending) => name + ending).filter((it) => existsSync(it));
  return existsSync(path) ? undefined : other;
}

function helpFor(command: string | undefined): string {
  return command === undefined ? 'orch --help' : `orch ${command} --help`;
}

/** The plan or the run of a command line that has one in the first place after the command. */
function subjectOf([word = '', subject = '-']: readonly string[], what: 'plan' | 'run'): string | undefined {
  const command = commandNamed(word);
  const [argument = ''] = command === undefined ? [] : catalogue[command].usage.split(' ');
  const isThere = argument.includes(what) && !subject.startsWith('-');
  return isThere ? shellWord(harmless(subject)) : undefined;
}

/** What doctor has to be told of a place that no state folder may know yet. Passwords stay where they were written. */
function placeFlag(args: readonly string[]): string {
  const backend = optionIn(args, '--backend');
  const isPlace = backend !== undefined && /^\w+:./.test(backend) && !backend.includes('@');
  return isPlace ? ` --backend ${shellWord(harmless(backend))}` : '';
}

/** What a command line has to add to find the same state folder. */
function stateFlag(args: readonly string[]): string {
  return findStatePlace(stateDirectoryIn(args)).flag;
}
