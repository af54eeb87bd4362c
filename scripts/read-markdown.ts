// The pages of the repository, and what stands in them.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly links: readonly { readonly url: string; readonly line: number }[];
  /** What GitHub makes of its headings. */
  readonly anchors: ReadonlySet<string>;
  readonly blocks: readonly Block[];
}

/** A block of code. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Of its first line of code. */
  readonly line: number;
  /** What `<!-- fragment: … -->` before it says: it uses names that the reader has elsewhere. */
  readonly fragment: string | undefined;
}

const folders = ['packages', 'examples'];
/** Made by a program, from the code itself. */
const generated = /^docs\/api\//;

export function readPages(root: string): Page[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  const readmes = folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
  const places = ['.', '.changeset', 'bench', ...readmes];
  const paths = places.flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)));
  return [...paths, ...below('docs')]
    .filter((path) => path.endsWith('.md') && !generated.test(path))
    .map((path) => readPage(path, readFileSync(join(root, path), 'utf8')));
}

export function readPage(path: string, text: string): Page {
  const links: { url: string; line: number }[] = [];
  const anchors = new Set<string>();
  const blocks: Block[] = [];
  const slugger = new GithubSlugger();
  let before: Nodes | undefined;
  for (const node of walk(fromMarkdown(text))) {
    const line = node.position?.start.line ?? 0;
    if (node.type === 'link' || node.type === 'image' || node.type === 'definition')
      links.push({ url: node.url, line });
    if (node.type === 'heading') anchors.add(slugger.slug(wordsOf(node)));
    if (node.type === 'code')
      blocks.push({ language: node.lang ?? '', text: node.value, line: line + 1, fragment: fragmentIn(before) });
    before = node;
  }
  return { path, links, anchors, blocks };
}

function* walk(node: Nodes): Generator<Nodes> {
  yield node;
  if ('children' in node) for (const child of node.children) yield* walk(child);
}

function wordsOf(node: Nodes): string {
  return Array.from(walk(node), (it) => ('value' in it ? it.value : '')).join('');
}

function fragmentIn(node: Nodes | undefined): string | undefined {
  return node?.type === 'html' ? /^<!-- fragment: (.+) -->$/.exec(node.value)?.[1] : undefined;
}
