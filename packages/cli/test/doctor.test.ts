import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';

let ground: Playground;
beforeEach(async () => {
  ground = new Playground();
  ground.plan([{ name: 'a', command: 'true' }]);
  for (const run of ['one', 'two']) await ground.orch('execute', 'plan.json', '--run-id', run, '--output', 'none');
});
afterEach(() => ground[Symbol.dispose]());

interface Answer {
  readonly runs: number;
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly run?: string }[];
}

const inRun = (name: string): string => ground.path('.orch/runs/one', name);

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

async function codes(): Promise<string[]> {
  const { findings } = await ground.json<Answer>('doctor', '--json');
  return findings.map(({ code, severity, run = '' }) => `${severity} ${run} ${code}`);
}

describe('doctor', () => {
  test('a sound folder: one line, exit code 0; no folder at all is no finding', async () => {
    const { code, stdout, stderr } = await ground.orch('doctor');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\/.*\/\.orch: 2 runs, nothing damaged\. Nothing was changed\. \(orch .*, Node .*\)\n$/);
    expect(stderr).toBe('');
    expect(await ground.json('doctor', '--state-dir', 'none', '--json')).toMatchObject({ runs: 0, findings: [] });
    expect(readdirSync(ground.folder)).not.toContain('none');
  });

  test('damage: file, byte and next step, exit code 5, and nothing is changed', async () => {
    flip(inRun('journal-1'), 700);
    const before = readFileSync(inRun('journal-1'));
    const { code, stdout } = await ground.orch('doctor');
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /^error {4}run one: \/.*\/one\/journal-1 is damaged at byte \d+: .*\. \[ORCH_JOURNAL_DAMAGED\]\n {9}Nothing was changed\. Restore/,
    );
    expect(stdout).toMatch(/: 2 runs, 1 error\. /);
    expect(readFileSync(inRun('journal-1')).equals(before)).toBe(true);
    expect(await ground.json('doctor', '--json')).toMatchObject({
      node: process.versions.node,
      runs: 2,
      findings: [
        {
          code: 'ORCH_JOURNAL_DAMAGED',
          severity: 'error',
          run: 'one',
          file: inRun('journal-1'),
          offset: expect.any(Number),
        },
      ],
    });
  });

  test('what is harmless is noted, and leaves the exit code 0', async () => {
    rmSync(inRun('run.json'));
    writeFileSync(inRun('.new-1-left'), '');
    mkdirSync(ground.path('.orch/runs/.new-1-run'));
    writeFileSync(inRun('attempts/a.1.deadbeef.log'), '');
    mkdirSync(ground.path('.orch/runs/empty'));
    chmodSync(ground.path('.orch'), 0o755);
    expect(await codes()).toEqual([
      'warning  ORCH_STATE_ACCESS',
      'note  ORCH_STATE_LEFTOVER',
      'warning empty ORCH_STATE_FOREIGN',
      'note one ORCH_STATE_SUMMARY',
      'note one ORCH_STATE_LEFTOVER',
      'note one ORCH_STATE_ATTEMPT',
    ]);
    expect((await ground.orch('doctor')).code).toBe(0);
  });

  test('a journal that a crash cut off is noted, and recover goes on', async () => {
    const journal = inRun('journal-1');
    const lines = readFileSync(journal, 'latin1').split(/(?<=\n)/);
    // Without the end that the holder wrote; `run.json` names it, so that goes too.
    writeFileSync(journal, lines.slice(0, -1).join('') + lines.at(-1)?.slice(0, 20), 'latin1');
    rmSync(inRun('run.json'));
    expect(await codes()).toEqual(['note one ORCH_STATE_UNFINISHED', 'note one ORCH_STATE_SUMMARY']);
    expect((await ground.orch('recover', 'one')).code).toBe(0);
  });
});

describe('a damaged run', () => {
  test('is refused with 5, and keeps no other from being found and listed', async () => {
    flip(inRun('journal-1'), 700);
    rmSync(inRun('run.json'));
    cpSync(ground.path('.orch/runs/two'), ground.path('.orch/runs/two.bak'), { recursive: true });
    for (const command of ['show', 'events', 'recover', 'logs', 'cancel']) {
      const { code, stderr } = await ground.orch(command, 'one');
      expect(stderr).toContain('[ORCH_JOURNAL_DAMAGED]');
      expect(code, command).toBe(5);
    }
    const { code, stdout, stderr } = await ground.orch('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^two +demo +completed/m);
    expect(stdout).not.toMatch(/^(one|two\.bak)/m);
    expect(stderr).toMatch(/^warning: run one can't be listed: .* at byte \d+/m);
    expect(stderr).toMatch(/^warning: run two\.bak can't be listed: .*it belongs to epoch 1 of run two/m);
    expect(await ground.orch('show', 'two')).toMatchObject({ code: 0 });
  });
});
