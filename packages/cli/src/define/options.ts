import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { durationMs } from '@orch/core/author';
import type { ExitCode } from '../catalogue.ts';
import { outputKinds } from '../view/view.ts';

export type End = (code: ExitCode) => void;

/** Adds the arguments and options of a command, and what it does. What that needs is loaded when it is called. */
export type Define = (command: Command, end: End) => void;

export const runHelp = 'the beginning of a run id, or a workflow id or plan file: its latest run';
export const stateDir = (): Option =>
  new Option('--state-dir <folder>', 'where runs are kept (default: $ORCH_STATE, else .orch)').argParser(notEmpty);
export const backend = (what = 'look for runs there only'): Option =>
  new Option('--backend <backend>', `json:DIR, sqlite:FILE, redis://… or rediss://…: ${what}`).argParser(notEmpty);
export const asJson = (what: string): Option => new Option('--json', `print ${what} as JSON on stdout`);
export const inputsFile = (what: string): Option =>
  new Option('--inputs <file>', `${what} from a JSON object in a file, or in stdin: -`).argParser(notEmpty);
export const noCommandCheck = (): Option =>
  new Option('--no-command-check', 'do not look for the programs of commands');
export const output = (): Option =>
  withChoices(new Option('--output <kind>', 'how to show progress').argParser(parseOutput), outputKinds);
export const concurrency = (): Option => new Option('--concurrency <n>', 'phases at once').argParser(atLeast(1));

/** For help and completion: what refuses others is the option's own parser, which says more. */
export function withChoices(option: Option, choices: readonly string[]): Option {
  option.argChoices = [...choices];
  return option;
}

export function notEmpty(text: string): string {
  if (text !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

export function atLeast(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${least} or more.`);
  };
}

/** In milliseconds. */
export function duration(text: string): number {
  const ms = durationMs(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('It must be a number and its unit, as in 90s, 30m, 12h or 30d.');
}

function parseOutput(text: string): string {
  if ((outputKinds as readonly string[]).includes(text)) return text;
  throw new InvalidArgumentError(`There is no such output. There are: ${outputKinds.join(', ')}.`);
}
