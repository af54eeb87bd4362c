// The published rules for agent skills: those of the format (agentskills.io), and what vendors of agents advise beside.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { filledIn, pagesOfSkill, skillFolder } from '../scripts/make-skill.ts';
import { readPage } from '../scripts/read-markdown.ts';

const main = readFileSync(join(skillFolder, 'SKILL.md'), 'utf8');
const [, frontMatter = '', body = ''] = /^---\n([^]*?)\n---\n([^]*)$/.exec(main) ?? [];
const files = globSync('**', { cwd: skillFolder, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(skillFolder, join(entry.parentPath, entry.name)));
const pages = pagesOfSkill().map((file) => {
  const path = relative(skillFolder, file);
  const text = readFileSync(file, 'utf8');
  return { ...readPage(path, text), text };
});

/** Fields of the front matter: a line each, and what is indented belongs to the one above. */
const fields = new Map(
  frontMatter.split(/\n(?! )/).map((field) => {
    const [, key = '', value = ''] = /^([\w-]+):\s*([^]*)$/.exec(field) ?? [];
    return [key, value] as const;
  }),
);

test('what is made from the code is what the code says: npm run reference:update', () => {
  for (const { path, text } of pages) expect(filledIn(text), path).toBe(text);
  expect(pages.filter(({ text }) => text.includes('<!-- made: ')).length).toBeGreaterThan(4);
});

describe('front matter', () => {
  it('has fields of the format only, as plain text that YAML takes as it is', () => {
    expect([...fields.keys()]).toEqual(['name', 'description', 'license', 'compatibility', 'metadata']);
    for (const key of ['name', 'description', 'license', 'compatibility'])
      expect(fields.get(key), key).toMatch(/^(?![\s"'>|@`%&*!?[{#-])(?!.*(?:: | #))[^\n]+$/);
    expect(fields.get('metadata')).toMatch(/^version: '\d+\.\d+\.\d+'$/);
  });

  it('has a name of lower-case words, equal to the folder, without reserved words', () => {
    const name = fields.get('name') ?? '';
    expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    expect(name.length).toBeLessThanOrEqual(64);
    expect(name).toBe(basename(skillFolder));
    expect(name).not.toMatch(/anthropic|claude/);
    // In the form that is advised: what is done.
    expect(name).toMatch(/^\w+ing-/);
  });

  it('has a description in the third person that says what, when, and by which words it is found', () => {
    const description = fields.get('description') ?? '';
    expect(description.length).toBeGreaterThan(200);
    expect(description.length).toBeLessThanOrEqual(1_024);
    expect(description).toMatch(/^[A-Z][a-z]+s,? /);
    expect(description).not.toMatch(/\b(?:I|me|my|we|our|you|your)\b/i);
    expect(description).not.toMatch(/[<>]/);
    expect(description).toContain('. Use when ');
    for (const word of ['orchestrate', 'workflow', 'pipeline', 'phases', 'checkpoint', 'recover'])
      expect(description).toContain(word);
  });

  it('says in at most 500 characters what it needs', () => {
    expect(fields.get('compatibility')?.length).toBeLessThanOrEqual(500);
  });
});

describe('SKILL.md', () => {
  it('has less than 500 lines, and less than 5,000 tokens of about 4 characters', () => {
    expect(body.split('\n').length).toBeLessThan(500);
    expect(body.length / 4).toBeLessThan(5_000);
  });

  it('leads to every other page and file, so that none is two steps away', () => {
    for (const path of files.filter((it) => it !== 'SKILL.md')) expect(main, path).toContain(path);
  });

  it('lists what there is to read on once', () => {
    const [, readOn = ''] = main.split('\n## Read on\n');
    const links = [...readOn.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => path);
    expect(links.length).toBeGreaterThan(5);
    expect(links).toEqual([...new Set(links)]);
  });
});

describe('pages', () => {
  it('are those that were asked for, one level deep', () => {
    expect(pages.map(({ path }) => path).toSorted()).toEqual([
      'SKILL.md',
      ...['backends', 'errors', 'phases', 'plan-format', 'recovery'].map((name) => `references/${name}.md`),
    ]);
    for (const path of files) expect(path).toMatch(/^(?:(?:references|scripts|assets)\/)?[\w.-]+$/);
  });

  it('link to what is there, and references to no other page', () => {
    const anchors = new Map(pages.map((page) => [page.path, page.anchors]));
    for (const { path, links } of pages)
      for (const { url, line } of links) {
        const [file = '', anchor] = url.split('#');
        const target = file === '' ? path : join(dirname(path), file);
        const where = `${path}:${line}: ${url}`;
        expect(existsSync(join(skillFolder, target)), where).toBe(true);
        if (anchor !== undefined) expect(anchors.get(target)?.has(anchor), where).toBe(true);
        if (path !== 'SKILL.md' && target.endsWith('.md')) expect(target, where).toBe(path);
      }
  });

  it('begin with a table of contents that has every section', () => {
    for (const { path, text } of pages) {
      const titles = [...text.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title.replaceAll('`', ''));
      const contents = /^## Contents\n\n([^]*?)\n\n##/m.exec(text)?.[1] ?? '';
      const listed = [...contents.matchAll(/^- \[(.*)\]\(#.*\)$/gm)].map(([, title]) => title);
      expect(listed, path).toEqual(titles.filter((title) => title !== 'Contents'));
      expect(
        text.split('\n').findIndex((line) => line === '## Contents'),
        path,
      ).toBeLessThan(25);
    }
  });

  it('have no path of Windows, no date, and no word that is true for a time only', () => {
    for (const { path, text } of pages) {
      expect(text.match(/\b[A-Z]:\\|\b[\w.]+\\[\w\\]*\w+\.\w+/g), path).toBeNull();
      const words = text.replaceAll(/`[^`\n]*`/g, '');
      expect(
        words.match(/\b(?:19|20)\d\d\b|\b(?:currently|nowadays|recently|as of|at the moment)\b/gi),
        path,
      ).toBeNull();
    }
  });
});
