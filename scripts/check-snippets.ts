// The code in the pages: TypeScript compiles against the built packages, JSON parses, plans are valid. Needs a build.
// Run: node scripts/check-snippets.ts
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPages } from './read-markdown.ts';
import type { Block } from './read-markdown.ts';

export interface SnippetCheck {
  readonly typescript: number;
  readonly json: number;
  readonly plans: number;
  /** Names of the snippets that may use what the reader has elsewhere. */
  readonly fragments: readonly string[];
  /** A line or more for each thing that is wrong. */
  readonly findings: readonly string[];
}

interface Snippet extends Block {
  readonly page: string;
}

const compiler = join(import.meta.dirname, '../node_modules/.bin/tsc');

/** Errors that a fragment may have: an import of the reader's own, a name that stands nowhere. */
const elsewhere: ReadonlySet<string> = new Set(['TS2304', 'TS2307']);

if (import.meta.main) {
  const { typescript, json, plans, fragments, findings } = await checkSnippets(join(import.meta.dirname, '..'));
  for (const finding of findings) console.error(finding);
  console.log(`Looked at ${typescript} TypeScript and ${json} JSON snippets, ${plans} of them plans`);
  console.log(`Fragments: ${fragments.join('; ')}`);
  if (findings.length > 0 || typescript === 0 || plans === 0) process.exitCode = 1;
}

export async function checkSnippets(root: string): Promise<SnippetCheck> {
  const snippets = readPages(root).flatMap(({ path, blocks }) => blocks.map((block) => ({ page: path, ...block })));
  const typescript = snippets.filter(({ language }) => language === 'ts' || language === 'typescript');
  const json = snippets.filter(({ language }) => language === 'json');
  const values = json.map((snippet) => ({ snippet, ...parse(snippet) }));
  const plans = values.filter(({ value }) => isPlan(value));
  mkdirSync(join(root, '.scratch'), { recursive: true });
  const scratch = mkdtempSync(join(root, '.scratch', 'snippets-'));
  try {
    const findings = [
      ...compile(typescript, scratch),
      ...values.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
      ...(await Promise.all(plans.map(({ snippet }) => validate(snippet)))).flat(),
    ];
    const fragments = typescript.flatMap(({ page, line, fragment }) =>
      fragment === undefined ? [] : [`${page}:${line} (${fragment})`],
    );
    return { typescript: typescript.length, json: json.length, plans: plans.length, fragments, findings };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** As a user's project would, with the declarations that are published. */
function compile(snippets: readonly Snippet[], scratch: string): string[] {
  if (snippets.length === 0) return [];
  const compilerOptions = { customConditions: [], moduleDetection: 'force', noEmit: true };
  writeFileSync(
    join(scratch, 'tsconfig.json'),
    JSON.stringify({
      extends: join(import.meta.dirname, '../tsconfig.base.json'),
      compilerOptions,
      include: ['*.mts'],
    }),
  );
  snippets.forEach(({ text, line }, at) => {
    // Where it stands in its page, so that the compiler's line is the page's.
    writeFileSync(join(scratch, `${at}.mts`), '\n'.repeat(line - 1) + text);
  });
  const { stdout, stderr, error } = spawnSync(compiler, ['-p', '.', '--pretty', 'false'], {
    cwd: scratch,
    encoding: 'utf8',
  });
  if (error !== undefined) return [`tsc could not be started: ${error.message}`];
  // A message may go on in indented lines.
  const messages = `${stdout}${stderr}`.split(/\n(?!\s)/);
  return messages.flatMap((text) => {
    if (text === '') return [];
    const [, at, place, code, message] = /^(\d+)\.mts\((\d+),\d+\): error (TS\d+): ([^]*)$/.exec(text) ?? [];
    const snippet = snippets[Number(at)];
    if (snippet === undefined) return [text];
    if (snippet.fragment !== undefined && elsewhere.has(code ?? '')) return [];
    return [`${snippet.page}:${place}: ${message?.trimEnd()} (${code})`];
  });
}

function parse({ page, line, text }: Snippet): { readonly value?: unknown; readonly problem?: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: `${page}:${line}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function isPlan(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'workflow_id' in value;
}

/** As `orch validate --no-command-check` does: a reader has programs that this machine may lack. */
async function validate({ page, line, text }: Snippet): Promise<string[]> {
  const [{ addFindings, parsePlanText, planLanguage, renderFinding }, { defaultPreset }, { checkPlanExpressions }] =
    await Promise.all([import('@orch/plan'), import('@orch/cli/preset'), import('@orch/core')]);
  const { plugins = [] } = defaultPreset({ stateDirectory: '.orch' });
  const reading = parsePlanText(text, { plugins });
  const { workflow } = reading;
  const more =
    workflow === undefined ? [] : await checkPlanExpressions(workflow, { plugins, language: planLanguage() });
  const { findings } = addFindings(reading, more);
  return findings.map((finding) => `${page}:${line}: ${renderFinding(finding, { text, color: false })}`);
}
