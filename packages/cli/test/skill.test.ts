import { existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';

const source = join(import.meta.dirname, '../../../skills/orchestrating-workflows');

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const inClaude = '.claude/skills/orchestrating-workflows';
const inAgents = '.agents/skills/orchestrating-workflows';

/** Files of a folder and what they say, without the note that orch keeps of them. */
function textsOf(folder: string): Record<string, string> {
  const files = globSync('**', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

interface Answer {
  readonly version: string;
  readonly folders: readonly { readonly folder: string; readonly files: Readonly<Record<string, string>> }[];
}

const filesOf = async (...args: readonly string[]): Promise<Readonly<Record<string, string>>> =>
  (await ground.json<Answer>('skill', 'install', ...args, '--json')).folders[0]?.files ?? {};

test('copies the skill to .claude/skills, and says what it wrote and how to use it', async () => {
  const { code, stdout, stderr } = await ground.orch('skill', 'install');
  expect(code).toBe(0);
  expect(stdout).toBe(`${ground.path(inClaude)}\n`);
  expect(stderr).toMatch(
    /is in \.claude\/skills\/orchestrating-workflows: \d+ written\.\n.*SKILL\.md read[^]*\.agents\/skills/,
  );
  expect(textsOf(ground.path(inClaude))).toEqual(textsOf(source));
});

test('copies it to each place that agents read here, once', async () => {
  mkdirSync(ground.path('.agents'));
  expect(await ground.orch('skill', 'install')).toMatchObject({ code: 0, stdout: `${ground.path(inAgents)}\n` });
  mkdirSync(ground.path('.claude'));
  const both = `${ground.path(inClaude)}\n${ground.path(inAgents)}\n`;
  expect(await ground.orch('skill', 'install')).toMatchObject({ code: 0, stdout: both });
  rmSync(ground.path('.claude/skills'), { recursive: true });
  symlinkSync('../.agents/skills', ground.path('.claude/skills'));
  expect((await ground.orch('skill', 'install')).stdout.split('\n')).toHaveLength(2);
});

test('copies it to a folder that is named, as one of skills or as its own', async () => {
  const expected = `${ground.path('there/orchestrating-workflows')}\n`;
  expect(await ground.orch('skill', 'install', 'there')).toMatchObject({ code: 0, stdout: expected });
  expect(await ground.orch('skill', 'install', 'there/orchestrating-workflows')).toMatchObject({
    code: 0,
    stdout: expected,
  });
  expect(existsSync(ground.path('.claude'))).toBe(false);
});

test('overwrites no file that was changed, unless it is told to', async () => {
  await ground.orch('skill', 'install');
  const page = ground.path(inClaude, 'SKILL.md');
  writeFileSync(page, 'mine');
  rmSync(ground.path(inClaude, 'references/errors.md'));
  const { code, stderr } = await ground.orch('skill', 'install');
  expect(code).toBe(2);
  expect(stderr).toContain(`1 file would be overwritten`);
  expect(stderr).toContain(page);
  expect(stderr).toContain('orch skill install --force');
  expect(readFileSync(page, 'utf8')).toBe('mine');
  expect(existsSync(ground.path(inClaude, 'references/errors.md'))).toBe(false);
  expect(await filesOf('--force')).toMatchObject({
    'SKILL.md': 'overwritten',
    'references/errors.md': 'written',
    'references/phases.md': 'unchanged',
  });
  expect(textsOf(ground.path(inClaude))).toEqual(textsOf(source));
});

test('a file that stood there before orch is not overwritten either', async () => {
  ground.write(`${inClaude}/SKILL.md`, 'mine');
  expect(await ground.orch('skill', 'install')).toMatchObject({ code: 2 });
  expect(textsOf(ground.path(inClaude))).toEqual({ 'SKILL.md': 'mine' });
});

test('of an earlier release, updates what nobody changed and removes what is gone', async () => {
  await ground.orch('skill', 'install');
  // As if these had come with it.
  const note = ground.path(inClaude, '.orch-skill.json');
  const { files } = JSON.parse(readFileSync(note, 'utf8')) as { files: Record<string, string> };
  const ofOld = '06271baf49532c879aa3c58b48671884d0f85c8dfff6f5ba3b2a9f1b9b9f9d35';
  const old = { 'SKILL.md': hashOfOld, 'references/old.md': hashOfOld, 'references/kept.md': ofOld };
  writeFileSync(note, JSON.stringify({ files: { ...files, ...old, '../../outside': hashOfOld } }));
  for (const path of [...Object.keys(old), '../../outside']) ground.write(join(inClaude, path), 'old');
  const changes = await filesOf();
  expect(changes).toMatchObject({ 'SKILL.md': 'updated', 'references/old.md': 'removed' });
  expect(Object.keys(changes)).not.toContain('references/kept.md');
  expect(existsSync(ground.path(inClaude, 'references/old.md'))).toBe(false);
  expect(ground.read(`${inClaude}/references/kept.md`)).toBe('old');
  expect(ground.read('.claude/outside')).toBe('old');
});

/** SHA-256 of `old`. */
const hashOfOld = 'cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4';

test('a place that is none is refused, with the place named', async () => {
  ground.write('file', '');
  symlinkSync('loop', ground.path('loop'));
  mkdirSync(ground.path('folder/orchestrating-workflows/SKILL.md'), { recursive: true });
  for (const [place, why] of [
    ['file', 'ENOTDIR'],
    ['/proc/none', 'ENOENT'],
    ['folder', 'EISDIR'],
    ['loop', 'ELOOP'],
    ['a'.repeat(300), 'ENAMETOOLONG'],
  ] as const) {
    const { code, stderr } = await ground.orch('skill', 'install', place);
    expect({ place, code }).toEqual({ place, code: 2 });
    expect(stderr).toMatch(
      new RegExp(`^orch: .*${place}/orchestrating-workflows .*${why}.*\\n.*orch skill install DIR\\n.*ORCH_CLI_USAGE`),
    );
  }
  expect(await ground.orch('skill')).toMatchObject({ code: 2, stderr: expect.stringContaining('orch skill --help') });
  expect(await ground.orch('skill', 'remove')).toMatchObject({ code: 2, stderr: expect.stringContaining('install') });
});
