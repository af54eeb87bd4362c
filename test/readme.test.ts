import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = await mkdtemp(join(tmpdir(), 'orch-readme-'));

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The scripts of a page that are files of the repository, by path. */
async function shownOn(page: string): Promise<(readonly [path: string, text: string])[]> {
  const text = await readFile(join(root, page), 'utf8');
  const found = text.matchAll(/<!-- (\S+) -->\n\n```ts\n([\s\S]*?)```/g);
  return [...found].map(([, path = '', script = '']) => [path, script] as const);
}

const hello = 'examples/hello/hello.mts';

describe('the README', () => {
  it.each([
    ['README.md', [hello]],
    ['packages/core/README.md', [hello, 'examples/plugins/diary.mts']],
  ])('%s shows scripts that are files of the repository, to the letter', async (page, paths) => {
    const shown = await shownOn(page);
    expect(shown.map(([path]) => path)).toEqual(paths);
    for (const [path, text] of shown) expect(await readFile(join(root, path), 'utf8')).toBe(text);
  });

  it('shows a script that runs, and that has nothing left to do when it is run again', async () => {
    const script = join(root, hello);
    const run = (): Promise<{ stderr: string }> =>
      promisify(execFile)(process.execPath, ['--conditions=source', script], { cwd: folder });
    expect((await run()).stderr).toMatch(/^report: \d+ bytes free\n$/);
    expect((await run()).stderr).toBe('');
  });
});
