import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes, orchError, type ErrorCode } from '@orch/core/author';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const page = read('docs/errors.md');
const catalogue = Object.keys(errorCodes) as ErrorCode[];
const sections = page
  .split(/^(?=##)/m)
  .filter((section) => section.startsWith('### '))
  .map((section) => {
    const [heading = '', ...text] = section.split('\n');
    return { code: heading.slice('### '.length), text: text.join('\n').trim() };
  });

/** These sort codes that others make. */
const sorters: readonly string[] = [
  'packages/core/src/errors/codes.ts',
  'packages/core/src/spec/founding-checks.ts',
  'packages/cli/src/exit-codes.ts',
];

it('has one section for each code, in the order of the catalogue', () => {
  expect(sections.map(({ code }) => code)).toEqual(catalogue);
});

it('says something in each section', () => {
  expect(sections.filter(({ text }) => text.length < 60).map(({ code }) => code)).toEqual([]);
});

it('is where the url of an error points', () => {
  for (const { code } of sections) {
    const { url = '' } = orchError({ code: code as ErrorCode, message: '' });
    expect(url.endsWith(`docs/errors.md#${anchorOf(code)}`), url).toBe(true);
  }
});

it('links only to sections that are there', () => {
  const anchors = new Set(sections.map(({ code }) => anchorOf(code)));
  const linked = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(linked.filter((anchor) => anchor === undefined || !anchors.has(anchor))).toEqual([]);
});

it('knows no code that nothing makes', () => {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((file) => !sorters.includes(file));
  const made = new Set(files.flatMap((file) => read(file).match(/(?<=')ORCH_[A-Z_]+(?=')/g) ?? []));
  expect(catalogue.filter((code) => !made.has(code))).toEqual([]);
});

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
