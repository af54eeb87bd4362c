import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const readme = await readFile(join(root, 'README.md'), 'utf8');
const folder = await mkdtemp(join(tmpdir(), 'orch-readme-'));

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the README', () => {
  const shown = [...readme.matchAll(/<!-- (\S+) -->\n\n```ts\n([\s\S]*?)```/g)];

  it('shows scripts that are files of the repository, to the letter', async () => {
    expect(shown).toHaveLength(1);
    for (const [, path = '', text] of shown) expect(await readFile(join(root, path), 'utf8')).toBe(text);
  });

  it('shows the same script as that of core', async () => {
    const ofCore = await readFile(join(root, 'packages/core/README.md'), 'utf8');
    expect(ofCore).toContain(`\`\`\`ts\n${shown[0]?.[2]}\`\`\``);
  });

  it('shows a script that runs, and that has nothing left to do when it is run again', async () => {
    const script = join(root, shown[0]?.[1] ?? '');
    const run = (): Promise<{ stderr: string }> =>
      promisify(execFile)(process.execPath, ['--conditions=source', script], { cwd: folder });
    expect((await run()).stderr).toMatch(/^report: \d+ bytes free\n$/);
    expect((await run()).stderr).toBe('');
  });
});
