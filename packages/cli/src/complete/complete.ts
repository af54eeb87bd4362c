import type { Command } from 'commander';
import { catalogue, commandNamed, entries, exitCodes } from '../catalogue.ts';
import type { CommandName, ExitCode } from '../catalogue.ts';
import { leave } from '../leave.ts';
import { print } from '../streams.ts';
import { harmless } from '../view/text.ts';
import { candidatesFor } from './candidates.ts';
import type { Candidate, Candidates } from './candidates.ts';
import { findSpot } from './find-spot.ts';
import { unquoted } from './shell-words.ts';

/** Whoever types waits no longer. */
const mostMs = 3_000;

/**
 * Prints what may stand in the place of the last word, a line each: the text, a tab, what is said of it. `:files` alone: file
 * names. `words`: those behind `orch`, as they were typed. Says nothing else, and never fails: whoever types has not asked.
 */
export async function complete(
  words: readonly string[],
  definitionOf: (name: CommandName) => Command,
): Promise<ExitCode> {
  process.stderr.write = () => true;
  setTimeout(() => leave(exitCodes.done), mostMs).unref();
  try {
    const found = await candidatesAt(words.map(unquoted), definitionOf);
    if (found === 'files') await print(':files\n');
    else await print(found.map(lineOf).join(''));
  } catch {
    // There is no such run, no such folder, no right to read it: there is nothing to say.
  }
  return exitCodes.done;
}

/** What may stand in the place of the last word. */
export async function candidatesAt(
  words: readonly string[],
  definitionOf: (name: CommandName) => Command,
): Promise<Candidates> {
  const [first = '', ...rest] = words;
  const current = words.at(-1) ?? '';
  if (rest.length === 0 || (first === 'help' && rest.length === 1)) return beginningWith(current, commands(first));
  const name = commandNamed(first);
  if (name === undefined) return [];
  const command = definitionOf(name);
  const line = findSpot(command, rest);
  const { spot } = line;
  if (spot.kind === 'nothing') return [];
  if (spot.kind === 'flag') return beginningWith(current, flagsOf(command));
  const value = current.slice(spot.before.length);
  const found = spot.choices?.map((text) => ({ text })) ?? (await candidatesFor(spot.name, value, line));
  if (found === 'files') return found;
  return beginningWith(value, found).map(({ text, ...more }) => ({ text: spot.before + text, ...more }));
}

function commands(first: string): readonly Candidate[] {
  const all = entries().map(([text, { summary }]) => ({ text, about: summary }));
  if (first === 'help') return all;
  // A short name is offered to whoever types what no long one begins with.
  const aliases = entries().flatMap(([name, { alias }]) =>
    alias === undefined || first === '' ? [] : [{ text: alias, about: catalogue[name].summary }],
  );
  const own = [{ text: '--help' }, { text: '--version' }];
  return [...all, ...aliases, ...(first.startsWith('-') ? own : [])];
}

function flagsOf(command: Command): readonly Candidate[] {
  const flags = command.options.map(({ long, short, description }) => ({
    text: long ?? short ?? '',
    about: description,
  }));
  return [...flags, { text: '--help', about: 'of this command' }];
}

function beginningWith(current: string, candidates: readonly Candidate[]): readonly Candidate[] {
  return candidates.filter(({ text }) => text.startsWith(current));
}

/** What holds what breaks a line could not be handed over. */
function lineOf({ text, about = '' }: Candidate): string {
  return harmless(text) === text ? `${text}\t${harmless(about)}\n` : '';
}
