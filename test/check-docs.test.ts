import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLinks } from '../scripts/check-links.ts';
import { checkSnippets } from '../scripts/check-snippets.ts';
import { readPages } from '../scripts/read-markdown.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-docs-'));
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(root, 'node_modules'));
  for (const folder of ['.changeset', 'bench', 'docs', 'examples']) mkdirSync(join(root, folder));
  write('packages/thing/README.md', '# Thing\n');
});

afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

const block = (language: string, ...lines: string[]): string =>
  ['# Page', '', '```' + language, ...lines, '```', ''].join('\n');

describe('links', () => {
  it('that lead to files, folders, headings and other hosts are fine', () => {
    write('docs/deep/a.md', '# A `b` (c)\n\n## Twice\n\n## Twice\n');
    write(
      'README.md',
      '# Home\n\n[1](docs/deep/a.md#a-b-c) [2](#home) [3](packages/thing) [4](https://example.com/x)\n\n[5]: docs/deep/a.md#twice-1\n',
    );
    write('docs/api/x.api.md', '[made by a program](nowhere.md)\n');
    expect(checkLinks(root)).toEqual({ pages: 3, links: 4, findings: [] });
  });

  it.each([
    ['docs/none.md', 'there is no such file'],
    ['packages/thing/README.md#thing-2', 'packages/thing/README.md has no such heading'],
    ['#elsewhere', 'README.md has no such heading'],
    ['../out.md', 'it leads out of the repository'],
    ['/docs', 'it leads out of the repository'],
    ['packages/thing#thing', 'only the pages of the repository have anchors that can be checked'],
  ])('%s: %s', (url, problem) => {
    write('README.md', `# Home\n\n| a | b |\n| - | - |\n| [it](${url}) | |\n`);
    expect(checkLinks(root).findings).toEqual([`README.md:5: ${url}: ${problem}`]);
  });
});

describe('snippets', () => {
  it('that compile and parse are fine', async () => {
    write('README.md', block('ts', "import { sep } from 'node:path';", 'export const length: number = sep.length;'));
    write('docs/format.md', block('json', '{ "format": 1 }'));
    write('docs/shell.md', block('sh', 'not { TypeScript'));
    expect(await checkSnippets(root)).toEqual({ typescript: 1, json: 1, plans: 0, fragments: [], findings: [] });
  });

  it('that do not are named with their line', async () => {
    write('README.md', block('ts', 'export const one = 1;', "export const length: number = 'x';"));
    write('docs/format.md', block('json', '{ format: 1 }'));
    write('docs/names.md', block('ts', 'console.log(elsewhere);'));
    const { findings } = await checkSnippets(root);
    expect(findings.toSorted()).toEqual([
      expect.stringMatching(/^README\.md:5: Type 'string' is not assignable to type 'number'\. \(TS2322\)$/),
      expect.stringMatching(/^docs\/format\.md:4: /),
      expect.stringMatching(/^docs\/names\.md:4: Cannot find name 'elsewhere'\. \(TS2304\)$/),
    ]);
  });

  it('that are fragments may use names from elsewhere, and nothing else', async () => {
    const fragment = (...lines: string[]): string =>
      block('ts', ...lines).replace('```ts', "<!-- fragment: the reader's -->\n\n```ts");
    write('README.md', fragment("import { own } from './own.ts';", 'console.log(own, elsewhere);'));
    write('docs/wrong.md', fragment('export const length: number = elsewhere ? 1 : true;'));
    const { findings, fragments } = await checkSnippets(root);
    expect(fragments).toEqual(["README.md:6 (the reader's)", "docs/wrong.md:6 (the reader's)"]);
    expect(findings).toEqual([expect.stringMatching(/^docs\/wrong\.md:6: Type [^]*\(TS2322\)$/)]);
  });

  it('that are plans are checked as plans', async () => {
    write('README.md', block('json', '{ "workflow_id": "w", "phases": [{ "name": "a", "command": "true" }] }'));
    expect(await checkSnippets(root)).toMatchObject({ plans: 1, findings: [] });
    write('README.md', block('json', '{ "workflow_id": "w", "phases": [{ "name": "a", "comand": "true" }] }'));
    expect((await checkSnippets(root)).findings.join()).toContain('ORCH_PLAN_UNKNOWN_KEY');
    write(
      'README.md',
      block('json', '{ "workflow_id": "w", "phases": [{ "name": "a", "if": "1 +", "command": "true" }] }'),
    );
    expect((await checkSnippets(root)).findings.join()).toContain('ORCH_PLAN_EXPRESSION');
  });
});

it('shows nothing but whole plans as JSON in the guide, so that each is checked as a plan', () => {
  const guide = readPages(join(import.meta.dirname, '..')).filter(({ path }) => path.startsWith('docs/guide/'));
  const shown = guide.flatMap(({ path, blocks }) =>
    blocks.filter(({ language }) => language === 'json').map(({ text, line }) => ({ place: `${path}:${line}`, text })),
  );
  expect(shown.length).toBeGreaterThan(8);
  expect(shown.filter(({ text }) => !('workflow_id' in (JSON.parse(text) as object)))).toEqual([]);
});
