import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandNamed, entries, exitCodes, meanings } from '../src/catalogue.ts';
import type { CommandName } from '../src/catalogue.ts';
import { laterCommands } from '../src/later.ts';
import { definitionOf } from '../src/program.ts';

const repository = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(repository, 'packages/cli/README.md'), 'utf8');
const names = entries().map(([name]) => name);

const flagsIn = (text: string): readonly string[] => text.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [];
const flagsOf = (name: CommandName): readonly string[] => [
  ...definitionOf(name).options.map(({ long }) => long ?? ''),
  '--help',
];
const known = new Set([...names.flatMap(flagsOf), '--version']);

/** The lines of the table whose first title is this one, as cells. */
function tableOf(title: string): readonly (readonly string[])[] {
  const lines = readme.split('\n');
  const from = lines.findIndex((line) => new RegExp(`^\\| +${title} +\\|`).test(line));
  const rest = lines.slice(from + 2);
  const to = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, to).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The rows about a command; `recover` has two. */
function rowsOf(name: CommandName): string {
  const own = tableOf('command').filter(([first = '']) => new RegExp(`^\`${name}[ \`]`).test(first));
  return own.map((cells) => cells.join(' ')).join('\n');
}

describe.each(names)('%s', (name) => {
  test('has a row, with its alias; what the row names are its flags', () => {
    const rows = rowsOf(name);
    expect(rows).not.toBe('');
    const alias = entries().find(([it]) => it === name)?.[1].alias;
    if (alias !== undefined) expect(rows).toContain(`\`${alias}\``);
    for (const flag of flagsIn(rows)) expect(flagsOf(name)).toContain(flag);
  });

  test('each of its flags, and each word that one may be, stands in the page', () => {
    for (const { long, argChoices, defaultValue } of definitionOf(name).options) {
      expect(flagsIn(readme)).toContain(long);
      for (const choice of argChoices ?? [])
        expect(readme.includes(`\`${choice}\``) || rowsOf(name).includes(choice), `${long} ${choice}`).toBe(true);
      if (typeof defaultValue === 'string') expect(rowsOf(name)).toContain(defaultValue);
    }
  });
});

test('every row and every flag of the page is there', () => {
  const rows = tableOf('command').map(([first = '']) => /^`([a-z]+)/.exec(first)?.[1] ?? '');
  expect(new Set(rows)).toEqual(new Set(names));
  const ofOthers = ['--global'];
  expect(flagsIn(readme).filter((flag) => !known.has(flag) && !ofOthers.includes(flag))).toEqual([]);
});

test('the table of options names flags that there are, and every word that one may be', () => {
  const options = new Map(names.flatMap((name) => definitionOf(name).options.map((option) => [option.long, option])));
  for (const [flags = '', type = ''] of tableOf('option'))
    for (const flag of flagsIn(flags)) {
      expect(options.has(flag), flag).toBe(true);
      const choices = options.get(flag)?.argChoices;
      if (choices === undefined) continue;
      expect(Array.from(type.matchAll(/`([^`]+)`/g), ([, choice]) => choice)).toEqual(choices);
    }
});

test('which commands have a state folder is told', () => {
  const without = names.filter((name) => !flagsOf(name).includes('--state-dir'));
  for (const name of names)
    expect(flagsOf(name).includes('--backend'), name).toBe(flagsOf(name).includes('--state-dir'));
  const [, sentence = ''] = /All commands but (.*?) take `--state-dir` and `--backend`/s.exec(readme) ?? [];
  const told = Array.from(sentence.matchAll(/`(\w+)`/g), ([, name = '']) => name);
  expect(new Set(told)).toEqual(new Set(without));
});

test('the exit codes are those of the catalogue, in its words', () => {
  const rows = tableOf('exit code');
  const told = rows.flatMap(([codes = '']) => codes.split(', ').map(Number));
  expect(told.toSorted((one, other) => one - other)).toEqual(
    Object.values(exitCodes).toSorted((one, other) => one - other),
  );
  for (const [code, meaning] of meanings) {
    const [, words = ''] = rows.find(([codes = '']) => codes.split(', ').includes(String(code))) ?? [];
    // Of signals one row has all.
    if (code < 128) expect(words.startsWith(meaning), `${code}: ${words}`).toBe(true);
    else expect(words).toContain(meaning.split(':', 1)[0]);
  }
});

/** Pieces of code in a page: lines of blocks, and what stands between backticks. */
function codeOf(page: string): readonly string[] {
  const found: string[] = [];
  let isBlock = false;
  for (const line of page.split('\n'))
    if (/^\s*```/.test(line)) isBlock = !isBlock;
    else if (isBlock) found.push(line);
    else found.push(...Array.from(line.matchAll(/`([^`]+)`/g), ([, code = '']) => code));
  return found;
}

const pages = globSync(
  ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md', 'skills/**/*.md'],
  {
    cwd: repository,
    exclude: ['**/node_modules/**', 'docs/decisions/**', 'docs/api/**'],
  },
);

test.each(pages)('what %s calls is there, with its flags', (page) => {
  for (const code of codeOf(readFileSync(join(repository, page), 'utf8')))
    for (const [, word = '', rest = ''] of code.matchAll(/(?<![\w./@-]|SETUSER )orch ([a-z]+)(?![\w.:])([^|;&#]*)/g)) {
      if (word === 'help' || laterCommands.has(word)) continue;
      const name = commandNamed(word);
      expect(name, `${page}: ${code}`).toBeDefined();
      for (const flag of flagsIn(rest)) expect(flagsOf(name!), `${page}: ${code}`).toContain(flag);
    }
});
