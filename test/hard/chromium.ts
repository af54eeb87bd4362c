import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const program = 'chromium';

/** The document that a page is once its scripts have come to rest, as Debian's Chromium has it, without a screen. */
export async function documentOf(page: string, more: readonly string[] = []): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), 'orch-chromium-'));
  const args = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
    `--user-data-dir=${profile}`,
    // So that a page of a test may look into the one that it is about.
    '--allow-file-access-from-files',
    '--virtual-time-budget=60000',
    ...more,
    '--dump-dom',
    pathToFileURL(page).href,
  ];
  try {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [document, said] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (document += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
    if (code !== 0 || document === '') throw new Error(`chromium ended with ${String(code)}: ${said}`);
    return document;
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What a script of a page has written into its `<pre id="answer">` as JSON. */
export function answerIn(document: string): unknown {
  const text = /<pre id="answer">([^]*?)<\/pre>/.exec(document)?.[1];
  if (text === undefined || text === '') throw new Error(`the page has no answer: ${document.slice(0, 2_000)}`);
  return JSON.parse(text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
}
