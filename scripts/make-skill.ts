// Fills in what the pages of the agent skill have from the code and the documentation: exit codes, commands, keys, error codes
// and tables. It stands between `<!-- made: NAME -->` and `<!-- end -->`. Run: node --conditions=source scripts/make-skill.ts
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '@orch/core/author';
import GithubSlugger from 'github-slugger';
import { catalogue, entries, meanings } from '../packages/cli/src/catalogue.ts';
import type { CommandName, ExitCode } from '../packages/cli/src/catalogue.ts';
import { exitCodeOf } from '../packages/cli/src/exit-codes.ts';
import { makeKeyReference } from './make-key-reference.ts';

const root = join(import.meta.dirname, '..');

export const skillFolder: string = join(root, 'skills', 'orchestrating-workflows');

/** What an agent does about an exit code. */
const reactions: Readonly<Record<ExitCode, string>> = {
  0: 'Go on.',
  1: 'Read the summary and the log, mend the cause, `orch recover RUN`. Cancelled: ask before you go on.',
  2: 'Nothing was started. Mend what is printed: `orch validate PLAN`, `orch COMMAND --help`.',
  3: 'See what there is: `orch list`, `orch show RUN`.',
  4: 'Follow it: `orch watch RUN --output summary`. Do not start another run.',
  5: '`orch doctor`, remove the cause, then `orch recover RUN`. Runs are safe.',
  6: '`orch show RUN` says until when; then `orch recover RUN`.',
  124: 'Raise `timeout` of the plan, then `orch recover RUN --plan PLAN`.',
  129: '`orch recover RUN` adopts what still runs.',
  130: '`orch recover RUN`.',
  143: '`orch recover RUN`.',
};

/** What fills in each place, by its name. */
const makers: Readonly<Record<string, () => string>> = {
  'exit-codes': () =>
    table([['code', 'means', 'do'], ...meanings.map(([code, meaning]) => [String(code), meaning, reactions[code]])]),
  commands: () => table([['command', 'does', 'example'], ...entries().map(([name]) => commandRow(name))]),
  keys: () => keysPart(),
  'keys-contents': () => contentsOf(keysPart()),
  errors: () => errorsPart(),
  'errors-contents': () => contentsOf(errorsPart()),
  expressions: () => tableIn('docs/guide/expressions.md', 'variable'),
  language: () => tableIn('packages/plan/README.md', 'what', { without: ['variables', 'names that are no words'] }),
  'schema-keywords': () => tableIn('packages/plan/README.md', 'carried out for'),
  classes: () => tableIn('docs/guide/retries.md', 'class'),
  recover: () => tableIn('docs/guide/going-back.md', 'command'),
  'run-id': () => tableIn('docs/guide/going-back.md', 'the run of that id'),
  variables: () => tableIn('packages/plugin-command/README.md', 'variable'),
  backends: () => tableIn('docs/backends.md', '', { without: ['in a script', 'dependencies'], columns: 4 }),
};

if (import.meta.main) for (const path of pagesOfSkill()) writeFileSync(path, filledIn(readFileSync(path, 'utf8')));

export function pagesOfSkill(): readonly string[] {
  return globSync('**/*.md', { cwd: skillFolder })
    .toSorted()
    .map((path) => join(skillFolder, path));
}

/** A page with all that is made, and its tables without padding: whoever reads it pays for each character. */
export function filledIn(page: string): string {
  const filled = page.replaceAll(
    /^<!-- made: (\S+) -->\n[^]*?^<!-- end -->$/gm,
    (_, name: string) => `<!-- made: ${name} -->\n${made(name)}\n<!-- end -->`,
  );
  return filled.replaceAll(/^\|.*\|$/gm, (line) => row(cellsOf(line)));
}

function made(name: string): string {
  const make = makers[name];
  if (make === undefined) throw new Error(`Nothing makes "${name}".`);
  return make();
}

function commandRow(name: CommandName): string[] {
  const { usage, summary, examples } = catalogue[name];
  return [`\`${`orch ${name} ${usage}`.trimEnd()}\``, summary, `\`${examples[0]}\``];
}

/** The reference of keys, without its title and what leads to other pages. */
function keysPart(): string {
  const [, ...sections] = makeKeyReference().split(/^(?=## )/m);
  return sections.join('').trimEnd();
}

function errorsPart(): string {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const [, ...domains] = page.split(/^## /m);
  return domains.map(domainPart).join('\n\n');
}

/** A line for each code: whoever greps one has all that is said of it. */
function domainPart(domain: string): string {
  const [head = '', ...sections] = domain.split(/^### /m);
  const lines = sections.map((section) => {
    const [code = '', ...text] = section.split('\n');
    const meaning = code in errorCodes ? `exit code ${exitCodeOf(code)}` : 'unknown';
    return `- \`${code}\` (${meaning}): ${withoutLinks(text.join(' ').replaceAll(/\s+/g, ' ').trim())}`;
  });
  return `## ${head.split('\n', 1)[0]}\n\n${lines.join('\n')}`;
}

function contentsOf(text: string): string {
  const slugger = new GithubSlugger();
  const titles = [...text.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title);
  return titles
    .map((title) => `- [${title.replaceAll('`', '')}](#${slugger.slug(title.replaceAll('`', ''))})`)
    .join('\n');
}

interface TableChoice {
  /** First cells of rows that are left out. */
  readonly without?: readonly string[];
  readonly columns?: number;
}

/** The table of a page whose first cell says this, without links: they lead to pages that a skill does not have. */
function tableIn(path: string, first: string, { without = [], columns }: TableChoice = {}): string {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('|') && cellsOf(line)[0] === first);
  if (start < 0) throw new Error(`${path} has no table that begins with "${first}".`);
  const end = lines.findIndex((line, at) => at > start && !line.startsWith('|'));
  const rows = lines.slice(start, end).map((line) => cellsOf(withoutLinks(line)).slice(0, columns));
  return rows
    .filter(([name = '']) => !without.includes(name))
    .map(row)
    .join('\n');
}

function withoutLinks(text: string): string {
  return text.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1');
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replace(/^(:?)-+(:?)$/, '$1---$2'));
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map((cells) => row(cells.map(escaped)))].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
