// Each command that the agent skill shows: those in blocks are run, those within a sentence are known, with their options.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entries } from '../packages/cli/src/catalogue.ts';
import { laterCommands } from '../packages/cli/src/later.ts';
import { pagesOfSkill, skillFolder } from '../scripts/make-skill.ts';
import { runShell, writeOrch } from './orch-shell.ts';
import type { ShellEnded } from './orch-shell.ts';

const script = join(skillFolder, 'scripts', 'orchestrate.mjs');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-skill-'));
  writeOrch(join(folder, 'bin'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** A line of shell as an agent has it. */
function shell(line: string): Promise<ShellEnded> {
  return runShell(line, { cwd: folder, path: join(folder, 'bin'), env: { SKILL: skillFolder } });
}

const run = (line: string): Promise<ShellEnded> => shell(`node '${script}' ${line}`);

const texts = new Map(pagesOfSkill().map((file) => [relative(skillFolder, file), readFileSync(file, 'utf8')]));

/** Files and lines of shell, in the order in which a page shows them. */
const shown = /<!-- file: (?<file>\S+) -->\n\n```json\n(?<content>[^]*?)```|^```sh\n(?<lines>[^]*?)^```/gm;

describe('commands in blocks', () => {
  test.each([...texts].filter(([, text]) => text.includes('```sh\n')))(
    'of %s',
    { timeout: 120_000 },
    async (_, text) => {
      for (const { groups = {} } of text.matchAll(shown)) {
        if (groups['file'] !== undefined) writeFileSync(join(folder, groups['file']), groups['content'] ?? '');
        for (const line of groups['lines']?.trimEnd().split('\n') ?? []) {
          const exit = Number(/ # exit (\d+)$/.exec(line)?.[1] ?? 0);
          expect({ line, ...(await shell(line)) }).toMatchObject({ line, code: exit });
        }
      }
    },
  );

  test('are on the pages that have most to show', () => {
    const withBlocks = [...texts].filter(([, text]) => text.includes('```sh\n')).map(([path]) => path);
    expect(withBlocks).toEqual(
      expect.arrayContaining([
        'SKILL.md',
        'references/recovery.md',
        'references/backends.md',
        'references/plan-format.md',
      ]),
    );
  });
});

test('commands within sentences are commands of orch, with options that they have', { timeout: 60_000 }, async () => {
  const helps = new Map<string, string>();
  for (const [name] of entries()) helps.set(name, (await shell(`orch ${name} --help`)).output);
  const wrong: string[] = [];
  let looked = 0;
  for (const [path, text] of texts)
    for (const [, code = ''] of text.replaceAll(/```[^]*?```/g, '').matchAll(/`([^`]+)`/g)) {
      const [, name = '', rest = ''] = /^orch ([\w-]+)\b([^]*)$/.exec(code) ?? [];
      if (name === '' || name === 'COMMAND' || laterCommands.has(name)) continue;
      looked++;
      const help = helps.get(name);
      if (help === undefined) wrong.push(`${path}: ${code}: no such command`);
      for (const [flag] of rest.matchAll(/--[\w-]+/g))
        if (flag !== '--help' && help?.includes(flag) === false) wrong.push(`${path}: ${code}: no ${flag}`);
    }
  expect(wrong).toEqual([]);
  expect(looked).toBeGreaterThan(60);
});

describe('plans of the pages', () => {
  test('phases that stand alone are sound', async () => {
    const phases = [...(texts.get('references/phases.md') ?? '').matchAll(/```json\n([^]*?)```/g)].map(
      ([, text = '']) => JSON.parse(text) as object,
    );
    expect(phases.length).toBeGreaterThan(2);
    const build = { name: 'build', command: 'true', depends_on: ['plan'] };
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ workflow_id: 'shown', phases: [...phases, build] }));
    expect(await shell('orch validate plan.json --no-command-check')).toMatchObject({ code: 0 });
  });

  test('the examples do what they say, in a repository', async () => {
    const git = 'git -c user.name=a -c user.email=a@example.com';
    await shell(`git init -q . && printf 'no end' >a.md && echo end >b.md && git add *.md && ${git} commit -qm one`);
    const plan = (name: string): string => `execute "$SKILL/assets/${name}.json"`;
    expect(await run(`${plan('five-phases')} --run-id five`)).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, 'a.md'), 'utf8')).toBe('no end\n');
    expect(await run(`${plan('release')} --run-id wrong --input version=1.0`)).toMatchObject({ code: 1 });
    expect(readFileSync(join(folder, 'failures'), 'utf8')).toBe('release of 1.0 failed in run wrong\n');
    await shell(`${git} commit -qam two`);
    expect(await run('recover wrong')).toMatchObject({ code: 0, output: expect.stringContaining('skipped') });
  });
});

describe('the script', () => {
  const plan = (...phases: readonly object[]): void =>
    writeFileSync(join(folder, 'plan.json'), JSON.stringify({ workflow_id: 'demo', phases }));

  test('hands on what orch ends with', async () => {
    plan({ name: 'a', command: 'true', dependson: [] });
    expect(await run('validate plan.json')).toMatchObject({ code: 2, output: expect.stringContaining('depends_on') });
    expect(await run('execute plan.json')).toMatchObject({
      code: 2,
      output: expect.stringContaining('Nothing was started'),
    });
    expect(await run('report nothing')).toMatchObject({ code: 3, output: expect.stringContaining('orch list') });
    expect(await run('')).toMatchObject({ code: 2, output: expect.stringContaining('Usage:') });
    expect(await run('toString')).toMatchObject({ code: 2, output: expect.stringContaining('Usage:') });
  });

  test('says how to install orch where there is none', async () => {
    const ended = await shell(`PATH=/nowhere '${process.execPath}' '${script}' validate plan.json`);
    expect(ended).toMatchObject({ code: 127, output: expect.stringContaining('npm install --global @orch/cli') });
  });

  test('finds the orch of the project before that on PATH', async () => {
    const own = join(folder, 'node_modules', '.bin');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'orch'), '#!/bin/sh\necho "own: $*"\nexit 7\n');
    chmodSync(join(own, 'orch'), 0o755);
    expect(await run('validate plan.json')).toEqual({ code: 7, output: 'own: validate plan.json\n' });
  });

  test('prints no more than 16 KiB, with the beginning and the end', async () => {
    const key = (index: number): object => ({
      name: `${index} ${'x'.repeat(150)}`,
      command: 'true',
      [`key${index}`]: 1,
    });
    plan(...Array.from({ length: 30 }, (_, index) => ({ ...key(index), timeout: 'x', depends_on: ['none'], env: 1 })));
    const { code, output } = await run('validate plan.json');
    expect(code).toBe(2);
    expect(output.length).toBeLessThan(17_000);
    expect(output).toMatch(/bytes are left out/);
    expect(output).toMatch(/plan\.json is not valid: 120 errors\n$/);
  });

  test.each(['', 'a', 'ab', 'abc'])('counts bytes, and cuts no character, after %j', async (before) => {
    const own = join(folder, 'node_modules', '.bin');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'text'), `${before}${'😀'.repeat(6_000)}${before}`);
    writeFileSync(join(own, 'orch'), `#!/bin/sh\ncat '${join(own, 'text')}'\n`);
    chmodSync(join(own, 'orch'), 0o755);
    const { output } = await run('validate plan.json');
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(16 * 1_024);
    expect(output).toMatch(/^[abc]*😀+\n… \d+ bytes are left out …\n😀+[abc]*\n$/u);
  });

  test('reports failures with the end of their logs, and the next command', async () => {
    plan(
      { name: 'a', command: 'seq 1 5000; exit 3', retry_count: 1, depends_on: [] },
      { name: 'b', command: 'true', depends_on: ['a'] },
      { name: 'c', command: 'true', depends_on: [] },
    );
    expect(await run('execute plan.json --run-id one --state-dir elsewhere')).toMatchObject({ code: 1 });
    const { code, output } = await run('report one --state-dir elsewhere');
    expect(code).toBe(1);
    expect(output).toMatch(/^Run one of demo is failed/);
    expect(output).toContain('completed: 1 of 3: c\n');
    expect(output).toMatch(/\na failed in attempt 1: .*exit code 3.* \[ORCH_PHASE_EXIT\]\n/);
    expect(output).toMatch(/ {2}\| 4999\n {2}\| 5000\n/);
    expect(output).toMatch(/\nNext: orch recover one --state-dir elsewhere\n$/);
    expect(output.length).toBeLessThan(1_000);
  });

  test('starts a run apart, once, and says what went wrong where none began', { timeout: 120_000 }, async () => {
    plan({ name: 'a', command: 'until test -e go; do sleep 0.1; done' });
    expect(await run('start plan.json')).toMatchObject({ code: 2, output: expect.stringContaining('--run-id') });
    expect(await run('start plan.json --run-id one --state-dir .orch')).toMatchObject({
      code: 0,
      output: expect.stringContaining('orch watch one --state-dir .orch --output summary'),
    });
    expect(await run('report one')).toMatchObject({ code: 0, output: expect.stringContaining('running: 1 of 1: a\n') });
    expect(await run('start plan.json --run-id one')).toMatchObject({ code: 2 });
    writeFileSync(join(folder, 'go'), '');
    expect(await shell('orch watch one --output summary')).toMatchObject({ code: 0 });
    plan({ name: 'a', command: 'true', nonsense: 1 });
    expect(await run('start plan.json --run-id two')).toMatchObject({
      code: 2,
      output: expect.stringContaining('ORCH_PLAN_INVALID'),
    });
  });
});
