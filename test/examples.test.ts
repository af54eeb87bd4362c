import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runShell, writeOrch } from './orch-shell.ts';
import type { ShellEnded } from './orch-shell.ts';

const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-examples-'));
  writeOrch(join(folder, 'bin'));
  // What an example in TypeScript imports is installed beside it.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Runs a line of shell with `orch` on PATH. */
function shell(line: string, cwd: string): Promise<ShellEnded> {
  return runShell(line, { cwd, path: join(folder, 'bin') });
}

/** A copy of an example without what earlier runs of it left. */
function copyOf(example: string): string {
  const copy = join(folder, example);
  cpSync(join(root, 'examples', example), copy, { recursive: true, filter: isOurs });
  return copy;
}

function isOurs(path: string): boolean {
  return !['.scratch', '.orch'].includes(basename(path));
}

/** The ```sh blocks of a page. */
function shellBlocks(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)].map((match) => match[1] ?? '');
}

test('standard-phases does what its README says', async () => {
  const example = copyOf('standard-phases');
  const [commands = ''] = shellBlocks(join(example, 'README.md'));
  const { code, output } = await shell(`set -e\n${commands}`, example);
  expect(output).toMatch(/completed +review/);
  expect(code).toBe(0);
  expect(readFileSync(join(example, '.scratch', 'notes', 'review.md'), 'utf8')).toContain('secrets: nothing found');
  const { output: log } = await shell('git -C .scratch/repository log --format=%s', example);
  expect(log).toBe('Convert to fahrenheit and kilograms\nConvert miles\n');
  const { output: tests } = await shell('orch logs standard-phases test', example);
  expect(tests).toMatch(/pass 3/);
});

test('survive-a-kill adopts the command that orch was killed under', async () => {
  const example = copyOf('survive-a-kill');
  const [commands = ''] = shellBlocks(join(example, 'README.md'));
  const { code, output } = await shell(commands, example);
  expect(output).toMatch(/adopted +count/);
  expect(output).toContain('counted to 6 in 1 start\n');
  expect(code).toBe(0);
});

/** An example that does what the shell lines of its README say. */
interface Trial {
  readonly example: string;
  /** Exit code of each line. */
  readonly exits: readonly number[];
  /** What the lines say, in this order. */
  readonly says: readonly RegExp[];
  /** Files that are there afterwards, and their text; `undefined`: there is none. */
  readonly leaves: Readonly<Record<string, RegExp | undefined>>;
}

const trials: readonly Trial[] = [
  {
    example: 'inputs',
    exits: [0, 0, 2],
    says: [/completed +sign/, /completed +sign/, /ORCH_INPUT_KEY/, /did you mean version/, /1, 6, 9, not 7/],
    leaves: {
      '.scratch/notes-1.2.tar.gz': /./,
      '.scratch/notes-1.2.tar.gz.hmac': /^[0-9a-f]{64}\n$/,
      '.scratch/notes-2.0.tar.gz.hmac': /^[0-9a-f]{64}\n$/,
    },
  },
  {
    example: 'outputs',
    exits: [0, 0, 1],
    says: [/completed +report/, /failed +check.*exit code 0.*output\.problems > 0/, /skipped +words, list, report/],
    leaves: { '.scratch/report': /^11 words in 2 files\n$/ },
  },
  {
    example: 'conditions',
    exits: [0, 0, 0, 0, 0],
    says: [/completed +publish/, /skipped +publish/, /failed +spelling/, /completed +publish/],
    leaves: { '.scratch/log': /^publish was completed\npublish was skipped\npublish was completed\n$/ },
  },
  {
    example: 'clean-up',
    exits: [1, 0, 0, 0, 0],
    says: [/saw 2/, /run lists-1 failed/, /skipped +tell: nothing failed/, /apple\nhammer\npear\nsaw\n/],
    leaves: { '.scratch/work/all': undefined, '.scratch/failures': /^run lists-1 failed\n$/ },
  },
  {
    example: 'fail-fast',
    exits: [1, 0, 0, 0],
    says: [/cancelled +soak/, /completed +publish/],
    leaves: { '.scratch/begun': undefined, '.scratch/published.sh': /fi\n$/ },
  },
  {
    example: 'retry',
    exits: [0, 0, 0],
    says: [/failed +collect: attempt 1\/50.*exit code 75/, /completed +collect +[2-9]\d* +\d/],
    leaves: { '.scratch/collected': /^two crates of apples\n$/ },
  },
  {
    example: 'rate-limit',
    exits: [0, 0, 0],
    says: [/failed +send: attempt 1\/3/, /three\.txt/, /completed +send +2 +\d/],
    leaves: { '.scratch/sent/three.txt': /^Letter three\.\n$/ },
  },
  {
    example: 'repair',
    exits: [0, 0, 0, 1],
    says: [/completed +check +2 \+ 1 repair/, /The repair changed nothing/],
    leaves: { 'notes/apples.txt': /^Two crates,\nred ones\.\n$/ },
  },
  {
    example: 'selection',
    exits: [0, 0, 0, 3],
    says: [
      /skipped +copy/,
      /skipped +sort, count/,
      /skipped +copy: dependency not met \(count\)/,
      /Did you mean "count"/,
    ],
    leaves: { '.scratch/copy': /2 apple/ },
  },
  {
    example: 'going-back',
    exits: [1, 0, 0, 0, 3, 0],
    says: [/failed +index/, /phase "index" changed/, /There are: gather@\d+, index@\d+/],
    leaves: { '.scratch/done': /^gather\nindex\nbind\nindex\nbind\nbind\n$/, '.scratch/book': /^# The shed\n/ },
  },
  {
    example: 'cron',
    exits: [0, 0, 0, 0],
    says: [/completed +verify/, /completed after/, /No run is interrupted/],
    leaves: { '.scratch/done': /^copy\n$/ },
  },
  {
    example: 'plugins',
    exits: [0, 0, 0, 0, 0, 2],
    says: [/report\.mts is valid/, /completed +write/, /all is done/, /sqlite:.*runs\.db/, /did you mean title/],
    leaves: {
      '.scratch/report': /^Fruit\n3 apple\n2 pear\n$/,
      '.scratch/diary': /^sort is done\ncount is done\nwrite is done\nall is done\n$/,
      '.orch': undefined,
    },
  },
  {
    example: 'watch',
    exits: [0, 0, 0, 0, 0, 0],
    says: [/Following it/, /completed +load/, /completed +drive/, /"status":"completed"/],
    leaves: { '.scratch/delivered': /^packed\n$/ },
  },
];

test.each(trials)('$example does what its README says', async ({ example, exits, says, leaves }) => {
  const copy = copyOf(example);
  const lines = shellBlocks(join(copy, 'README.md')).flatMap((block) => block.trimEnd().split('\n'));
  const said: string[] = [];
  const codes: (number | null)[] = [];
  for (const line of lines) {
    const { code, output } = await shell(line, copy);
    codes.push(code);
    said.push(output);
  }
  expect({ codes, said }).toMatchObject({ codes: exits });
  let rest = said.join('');
  for (const pattern of says) {
    const { index, 0: found = '' } = pattern.exec(rest) ?? {};
    expect(index, `${pattern} in: ${rest}`).toBeDefined();
    rest = rest.slice((index ?? 0) + found.length);
  }
  for (const [file, text] of Object.entries(leaves)) {
    const path = join(copy, file);
    if (text === undefined) expect(existsSync(path), file).toBe(false);
    else expect(readFileSync(path, 'utf8')).toMatch(text);
  }
});

test('the key of inputs is found nowhere in its state', async () => {
  const example = copyOf('inputs');
  const { code } = await shell("ORCH_INPUT_KEY='correct horse' orch execute plan.json --input version=1.2", example);
  expect(code).toBe(0);
  expect(await shell("grep -rc 'version' .orch | grep -v ':0$'", example)).toMatchObject({ code: 0 });
  expect(await shell("grep -r 'correct horse' .orch .scratch", example)).toEqual({ code: 1, output: '' });
});

const plans = globSync('examples/*/{plan,corrected,report}.{json,mts}', { cwd: root });

test('nothing is wrong with the plans of the examples', { timeout: 60_000 }, async () => {
  const own = ['standard-phases', 'survive-a-kill'];
  const tried = new Set([...trials.map(({ example }) => example), ...own]);
  expect(new Set(plans.map((plan) => basename(dirname(plan))))).toEqual(tried);
  const ended = await Promise.all(plans.map((plan) => shell(`orch validate '${join(root, plan)}'`, folder)));
  const wrong = plans.filter((_, at) => ended[at]?.code !== 0);
  expect(wrong, ended.map(({ output }) => output).join('')).toEqual([]);
});

/** Lines that get a reader the repository: a test has it. */
const gettingIt = /^(npm|git clone|cd) /;

/** What a reader of the front page types, in a copy of the examples. */
test('the shell blocks of the README run', { timeout: 120_000 }, async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const copy = join(folder, 'copy');
  cpSync(join(root, 'examples'), join(copy, 'examples'), { recursive: true, filter: isOurs });
  cpSync(join(folder, 'bin'), join(copy, 'node_modules', '.bin'), { recursive: true });
  const blocks = existsSync(readme) ? shellBlocks(readme) : [];
  for (const block of blocks) {
    const named = [...block.matchAll(/^npm (?:run )?([\w-]+)/gm)].map((match) => match[1]);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named.filter((name) => name !== 'install')));
    // Here it would wait for the machine a second time: CI has it.
    if (process.env['CI'] !== undefined && named.includes('start'))
      expect(await shell('npm start', root)).toMatchObject({ code: 0 });
    const rest = block.split('\n').filter((line) => !gettingIt.test(line));
    expect({ block, ...(await shell(`set -e\n${rest.join('\n')}`, copy)) }).toMatchObject({ block, code: 0 });
  }
});
