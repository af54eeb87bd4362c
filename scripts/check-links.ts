// Every relative link of the pages leads somewhere, and every anchor is a heading there. Run: node scripts/check-links.ts
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPages } from './read-markdown.ts';
import type { Page } from './read-markdown.ts';

export interface LinkCheck {
  readonly pages: number;
  readonly links: number;
  /** A line for each link that leads nowhere. */
  readonly findings: readonly string[];
}

if (import.meta.main) {
  const { pages, links, findings } = checkLinks(join(import.meta.dirname, '..'));
  for (const finding of findings) console.error(finding);
  console.log(`Looked at ${links} links in ${pages} pages`);
  if (findings.length > 0 || links === 0) process.exitCode = 1;
}

/** Links to other hosts are left alone: a check must not depend on them. */
export function checkLinks(root: string): LinkCheck {
  const pages = readPages(root);
  const byPath = new Map(pages.map((page) => [page.path, page]));
  const links = pages.flatMap((page) =>
    page.links.filter(({ url }) => !/^[a-z]+:/i.test(url)).map(({ url, line }) => ({ page, url, line })),
  );
  const findings = links.flatMap(({ page, url, line }) => {
    const problem = problemOf(root, page, url, byPath);
    return problem === undefined ? [] : [`${page.path}:${line}: ${url}: ${problem}`];
  });
  return { pages: pages.length, links: links.length, findings };
}

function problemOf(root: string, from: Page, url: string, pages: ReadonlyMap<string, Page>): string | undefined {
  const [path = '', anchor] = decodeURI(url).split('#', 2);
  const target = path === '' ? from.path : join(dirname(from.path), path);
  if (path.startsWith('/') || target.startsWith('..')) return 'it leads out of the repository';
  if (statSync(join(root, target), { throwIfNoEntry: false }) === undefined) return 'there is no such file';
  if (anchor === undefined) return undefined;
  const page = pages.get(target);
  if (page === undefined) return 'only the pages of the repository have anchors that can be checked';
  return page.anchors.has(anchor) ? undefined : `${target} has no such heading`;
}
