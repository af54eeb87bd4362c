// Code that stands in two places. Run: node scripts/check-duplicates.ts
//
// jscpd: a single program that reads the whole repository in 0.2 s; tsc and oxlint have no such rule.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

interface Part {
  readonly name: string;
  readonly folders: readonly string[];
  readonly ignore: readonly string[];
  /** From so many equal tokens on, in at least five lines, it counts. */
  readonly minTokens: number;
}

const program = join(import.meta.dirname, '../node_modules/.bin/jscpd');
const everywhere = ['**/node_modules/**', '**/dist/**'];

/** Each without a single exception that is not named here. */
const parts: readonly Part[] = [
  {
    name: 'sources',
    folders: ['packages', 'scripts', 'bench', 'examples', 'skills'],
    ignore: ['**/test/**'],
    minTokens: 50,
  },
  {
    name: 'tests too',
    folders: ['packages', 'scripts', 'bench', 'examples', 'test'],
    // Copies of the protocol, each with one call changed: that they are alike is the point.
    ignore: ['**/test/protocol/mutants.ts'],
    minTokens: 90,
  },
];

if (import.meta.main) {
  for (const finding of checkDuplicates(join(import.meta.dirname, '..'))) {
    console.error(finding);
    process.exitCode = 1;
  }
}

/** Answers with what jscpd says of each part that has duplicates, or nothing to look at. */
export function checkDuplicates(root: string, looked: (what: string) => void = console.log): string[] {
  return parts.flatMap((part) => {
    const { status, error, stdout, stderr } = spawnSync(program, argumentsFor(part), { cwd: root, encoding: 'utf8' });
    const files = /Total:\s*│?\s*(\d+)/.exec(stdout.replaceAll('|', '│'))?.[1];
    if (status === 0 && files !== undefined) {
      looked(`Looked at ${files} files (${part.name}): no ${part.minTokens} tokens stand in two places`);
      return [];
    }
    const clones = stdout.replace(/^┌[^]*/m, '').replaceAll(`${root}/`, '');
    return [`Duplicate code (${part.name}):\n${error?.message ?? `${clones}${stderr}`}`];
  });
}

function argumentsFor({ folders, ignore, minTokens }: Part): string[] {
  const options = ['--format', 'typescript,javascript', '--min-tokens', String(minTokens), '--min-lines', '5'];
  const strict = ['--exit-code', '1', '--fail-on-empty', '--no-colors', '--absolute', '--reporters', 'console'];
  return [...options, ...strict, '--ignore', [...everywhere, ...ignore].join(','), ...folders];
}
