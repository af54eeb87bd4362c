// What machines read, as it is printed today: golden files, in which nothing but times, ids and places is made the same.
// After a change that is meant: vitest run --update, and a look at what it changed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';
import type { Ended } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const golden = (name: string): string => join(import.meta.dirname, 'golden', name);

/** What differs from run to run. */
const replaced: Readonly<Record<string, unknown>> = {
  at: 0,
  deadline: 0,
  delayMs: 0,
  durationMs: 0,
  hint: 'WORDS',
  key: 'KEY',
  message: 'WORDS',
  orch: 'VERSION',
  orchVersion: 'VERSION',
  owner: 'OWNER',
  retryAt: 0,
  workflowHash: 'HASH',
};

/** Lines of JSON, all of them parsed on the way. */
function steadyLines(stdout: string): string {
  const lines = stdout.split('\n');
  expect(lines.pop()).toBe('');
  return lines
    .map((line) => {
      const value: unknown = JSON.parse(line, (name, it: unknown) => (name in replaced ? replaced[name] : it));
      return `${steadyPlaces(JSON.stringify(value))}\n`;
    })
    .join('');
}

function steadyPlaces(text: string): string {
  return text.replaceAll(ground.folder, '/FOLDER').replaceAll(/\.[0-9a-f]{8}\.log/g, '.KEY.log');
}

function steadyText(text: string): string {
  return steadyPlaces(text)
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'TIME')
    .replaceAll(/\b\d+\.\d s\b/g, 'LONG')
    .replaceAll(/\b[0-9a-f]{32}\b/g, 'TOKEN');
}

const hostile = [
  'echo "::error::slipped in"',
  'echo "##[add-mask]e"',
  'echo "::endgroup::"',
  `echo '\`\`\` <b>bold</b> 100%'`,
  'exit 3',
].join('; ');

/** One after another, whatever the delays: each end that there is: with a log and without, forgiven and not, tried again, skipped. */
function planOfEnds(): void {
  const again = { max_attempts: 2, delay: '1ms', jitter: 'none' };
  ground.plan(
    [
      { name: 'install', command: 'echo installed', depends_on: [] },
      { name: 'quiet', command: 'true', depends_on: ['install'] },
      {
        name: 'optional',
        command: 'echo gone; exit 1',
        retry_count: 1,
        continue_on_failure: true,
        depends_on: ['quiet'],
      },
      { name: '::warning::50%, a:b', command: hostile, retry: again, depends_on: ['optional'] },
      { name: 'publish', command: 'true', depends_on: ['::warning::50%, a:b'] },
    ],
    { concurrency: 1 },
  );
}

describe('--output ndjson', () => {
  const execute = (...args: readonly string[]): Promise<Ended> => ground.orch('execute', ...args, '--output', 'ndjson');

  test('of a run that failed', async () => {
    planOfEnds();
    const { code, stdout } = await execute('plan.json', '--run-id', 'one');
    expect(code).toBe(1);
    await expect(steadyLines(stdout)).toMatchFileSnapshot(golden('failed.ndjson'));
  });

  test('of a run that completed, with its result', async () => {
    ground.plan([{ name: 'a', command: 'echo {} > $ORCH_OUTPUT', output: { from: 'file' } }]);
    const { code, stdout } = await execute('plan.json', '--run-id', 'one', '--json');
    expect(code).toBe(0);
    await expect(steadyLines(stdout)).toMatchFileSnapshot(golden('completed.ndjson'));
  });

  test('of a run that was completed before', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    await ground.orch('execute', 'plan.json', '--run-id', 'one', '--output', 'none');
    const { code, stdout } = await execute('plan.json', '--run-id', 'one');
    expect(code).toBe(0);
    await expect(steadyLines(stdout)).toMatchFileSnapshot(golden('completed-before.ndjson'));
  });

  test('of a plan that is wrong', async () => {
    ground.plan([{ name: 'a', command: 'true', depends_on: ['b'] }]);
    const { code, stdout } = await execute('plan.json', '--json');
    expect(code).toBe(2);
    await expect(steadyLines(stdout)).toMatchFileSnapshot(golden('refused.ndjson'));
  });
});

test('every line around the events, and each of its fields, stands on the page', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/reference/progress.md'), 'utf8');
  const [hello, end] = ['hello', 'end'].map((type) =>
    page.split('\n').find((line) => line.startsWith(`| \`${type}\``)),
  );
  for (const name of ['failed', 'completed', 'completed-before', 'refused'])
    for (const line of readFileSync(golden(`${name}.ndjson`), 'utf8')
      .trimEnd()
      .split('\n')) {
      const { type, ...fields } = JSON.parse(line) as { readonly type: string };
      const row = type === 'hello' ? hello : end;
      if (type === 'hello' || type === 'end')
        expect(Object.keys(fields).filter((field) => row?.includes(`\`${field}\``) !== true)).toEqual([]);
    }
});

describe('--output github', () => {
  test('of a run that failed: groups, annotations, and the summary of the step', async () => {
    planOfEnds();
    const env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: ground.folder,
      GITHUB_STEP_SUMMARY: ground.path('summary'),
    };
    ground.write('summary', 'of a step before\n');
    const { code, stdout, stderr } = await ground.start(['execute', 'plan.json', '--run-id', 'one'], { env }).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [progress = ''] = steadyText(stderr).split('\n\nRun one of demo');
    await expect(`${progress}\n`).toMatchFileSnapshot(golden('failed.github.txt'));
    await expect(steadyText(ground.read('summary'))).toMatchFileSnapshot(golden('failed.summary.txt'));
    // Each log between a token that nobody can know and its end, each with another one.
    const tokens = [...stderr.matchAll(/^::stop-commands::(.+)$/gm)].map(([, token]) => token);
    expect(new Set(tokens).size).toBe(4);
    for (const token of tokens) expect(stderr.split(`\n::${token}::\n`)).toHaveLength(2);
    expect(carriedOut(stderr).filter((line) => line.includes('slipped in'))).toEqual([
      expect.stringMatching(/^::error file=plan\.json,title=%3A%3Awarning%3A%3A50%25%2C a%3Ab failed::exit code 3%0A/),
    ]);
  });

  test('says where the summary of the step could not be written', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    const env = { GITHUB_STEP_SUMMARY: ground.path('no', 'such') };
    const { code, stderr } = await ground.start(['execute', 'plan.json', '--output', 'github'], { env }).ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(/^::warning::The summary of the step was not written: ENOENT/m);
  });
});

/** The lines that GitHub's runner takes for commands. */
function carriedOut(text: string): string[] {
  let stopped: string | undefined;
  return text.split('\n').filter((line) => {
    if (stopped !== undefined) {
      if (line === `::${stopped}::`) stopped = undefined;
      return false;
    }
    stopped = /^::stop-commands::(.+)$/.exec(line)?.[1];
    return /^\s*::|##\[/.test(line);
  });
}
