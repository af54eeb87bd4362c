// What docs/operate.md says of the places in which orch runs unattended.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive, orch as orchCommand, Playground, until, waitForGo } from '../../packages/cli/test/orch-process.ts';
import type { OrchProcess } from '../../packages/cli/test/orch-process.ts';
import { readPage } from '../../scripts/read-markdown.ts';
import { available } from './need.ts';

const path = join(import.meta.dirname, '../../docs/operate.md');
const page = readPage('docs/operate.md', readFileSync(path, 'utf8'));

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
  ground.plan([{ name: 'only', command: waitForGo }]);
});
afterEach(() => ground[Symbol.dispose]());

const go = (): void => writeFileSync(ground.path('go'), '');
const started = (): Promise<void> =>
  until(
    () => ground.lines('starts').length > 0,
    () => 'the start',
  );
const commandPid = (): number => Number(ground.lines('starts').at(-1));

/** The block of a language in which this stands. */
function blockWith(language: string, text: string): string {
  const found = page.blocks.filter((block) => block.language === language && block.text.includes(text));
  expect(found).toHaveLength(1);
  return found[0]?.text ?? '';
}

describe.runIf(available('systemd-analyze'))('systemd', () => {
  test('has no objection to the unit of the page', () => {
    const unit = blockWith('ini', 'KillMode=process');
    expect(verifyUnit(unit)).toBe('');
    expect(verifyUnit(unit.replace('KillMode=process', 'KillMode=proces'))).toContain('kill mode');
  });

  /** The program need not be there. */
  function verifyUnit(unit: string): string {
    const file = ground.write('site.service', unit.replace('/usr/local/bin/orch', '/bin/true'));
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    return `${stdout}${stderr}`;
  }
});

describe.runIf(available('namespaces'))('a container, as far as it is a pid namespace', () => {
  const unshare = ['--pid', '--fork', '--mount-proc'];

  test('whose first process reaps nobody: a command is adopted, and zombies mislead nobody', () => {
    const init = join(import.meta.dirname, 'operate/idle-init.mts');
    const { stdout, stderr } = spawnSync('unshare', [...unshare, process.execPath, init, ...orchCommand.slice(1)], {
      cwd: ground.folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const seen = JSON.parse(stdout) as { init: number; code: number; zombies: number };
    expect(seen).toMatchObject({ init: 1, code: 0 });
    expect(seen.zombies).toBeGreaterThan(0);
    expect(ground.lines('starts')).toHaveLength(1);
  });

  test('takes its commands with it; the next one waits for the lease, and for a word that nothing is alive', async () => {
    const container = spawn(
      'unshare',
      [...unshare, '--kill-child', ...orchCommand, 'execute', 'plan.json', '--run-id', 'one'],
      {
        cwd: ground.folder,
        stdio: 'ignore',
      },
    );
    await started();
    const before = commandsOf(ground.folder);
    expect(before.length).toBeGreaterThan(0);
    container.kill('SIGKILL');
    await until(
      () => commandsOf(ground.folder).length === 0,
      () => 'the end of the commands',
    );
    const { code, stderr } = await ground.orch('recover', 'one');
    expect(code).toBe(4);
    expect(stderr).toContain('driven by process 1 on');
    expect(stderr).toContain("Its process can't be seen from here");

    // Its last sign of life was 31 s ago. Of the command nothing is known but what the entry point says.
    const before31s = new Date(Date.now() - 31_000);
    utimesSync(ground.path('.orch/runs/one/journal-1'), before31s, before31s);
    expect(await ground.orch('recover', 'one')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('ORCH_RUN_OTHER_HOST'),
    });
    go();
    orchOnPath();
    const entry = spawnSync('sh', ['-c', blockWith('sh', '--other-host')], {
      cwd: ground.folder,
      env: { ...cronEnvironment(), RUN: 'one' },
      encoding: 'utf8',
    });
    expect(entry.stderr).toContain('[ORCH_RUN_OTHER_HOST]');
    expect(entry.status).toBe(0);
    expect(ground.lines('starts')).toHaveLength(2);
  });

  function commandsOf(folder: string): string[] {
    const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return all.filter((pid) => isAlive(Number(pid)) && commandLineOf(pid).includes(`${folder}/.orch/`));
  }

  function commandLineOf(pid: string): string {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  }
});

test('the entry point of a container starts a run, and reports it when it is done', async () => {
  go();
  orchOnPath();
  const entry = blockWith('sh', '--other-host');
  const run = (): ReturnType<typeof spawnSync> =>
    spawnSync('sh', ['-c', entry], { cwd: ground.folder, env: { ...cronEnvironment(), RUN: 'one' } });
  expect(run().status).toBe(0);
  expect(run().status).toBe(0);
  expect(ground.lines('starts')).toHaveLength(1);
});

describe.runIf(available('script'))('a terminal', () => {
  test('that is taken away: orch lets go, the command is adopted from the next one', async () => {
    const line = [...orchCommand, 'execute', 'plan.json', '--run-id', 'one'].join(' ');
    const terminal = spawn('script', ['-qfec', line, '/dev/null'], {
      cwd: ground.folder,
      env: { ...process.env, ORCH_DEBUG: '1' },
      stdio: 'ignore',
      detached: true,
    });
    await started();
    terminal.kill('SIGKILL');
    await until(
      () => ground.lines('.orch/debug.log').some((text) => text.includes('"what":"exit"')),
      () => `the end of orch in ${ground.read('.orch/debug.log')}`,
    );
    const seen = ground.lines('.orch/debug.log').map((text) => JSON.parse(text) as object);
    expect(seen).toContainEqual(expect.objectContaining({ what: 'signal', signal: 'SIGHUP' }));
    expect(seen.at(-1)).toMatchObject({ what: 'exit', code: 129 });
    expect(isAlive(commandPid())).toBe(true);
    const next = ground.start(['recover', 'one']);
    await next.says(/adopted +only/);
    go();
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(ground.lines('starts')).toHaveLength(1);
  });
});

describe('cron', () => {
  test('the line of the page runs until done, in an environment that is nearly empty', () => {
    go();
    orchOnPath();
    const [line = ''] = blockWith('', 'nightly').split('\n');
    const command = line
      .split('  ')[1]
      ?.replace('cd /srv/site', 'true')
      .replace('/usr/local/bin/orch', 'orch')
      .replaceAll(String.raw`\%`, '%');
    for (let times = 0; times < 2; times++) {
      const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command ?? ''], {
        cwd: ground.folder,
        env: cronEnvironment(),
        encoding: 'utf8',
      });
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    }
    expect(ground.lines('starts')).toHaveLength(1);
    expect(readdirSync(ground.path('.orch/runs'))).toEqual([expect.stringMatching(/^nightly-\d{4}-\d\d-\d\d$/)]);
  });
});

test('CI: cancel ends what a killed job left behind', async () => {
  const job: OrchProcess = ground.start(['execute', 'plan.json', '--run-id', 'one']);
  await started();
  job.kill('SIGKILL');
  await job.ended;
  expect(isAlive(commandPid())).toBe(true);
  expect(await ground.orch('cancel', 'one')).toMatchObject({ code: 0 });
  expect(isAlive(commandPid())).toBe(false);
});

describe('disk', () => {
  test('a phase costs what the page says, of each kind of file', async () => {
    const fewer = await bytesOf(100);
    const more = await bytesOf(200);
    for (const [row, kind] of [
      ['journal', 'journal-1'],
      ['an attempt', '.state'],
      ['an attempt', '.log'],
    ] as const) {
      const said = bytesSaid(row, kind === 'journal-1' ? 'journal-N' : kind);
      const each = (more(kind) - fewer(kind)) / 100;
      expect(Math.abs(each - said), `${kind}: ${each} bytes`).toBeLessThanOrEqual(said / 10);
    }
  });

  /** What the files of a run of so many phases hold, by the end of their names. */
  async function bytesOf(phases: number): Promise<(kind: string) => number> {
    const run = `of-${phases}`;
    ground.plan(Array.from({ length: phases }, (_, n) => ({ name: `phase-${n}`, command: 'true' })));
    const { code } = await ground.orch('execute', 'plan.json', '--run-id', run, '--no-command-check');
    expect(code).toBe(0);
    const folder = ground.path('.orch/runs', run);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return (kind) => {
      const found = files.filter((name) => name.endsWith(kind));
      expect(found).toHaveLength(kind.startsWith('journal') ? 1 : phases);
      const sum = found.reduce((bytes, name) => bytes + statSync(join(folder, name)).size, 0);
      return kind === 'journal-1' ? sum - bytesOfPlan(join(folder, kind)) : sum;
    };
  }

  /** It stands in the first commit, once. */
  function bytesOfPlan(journal: string): number {
    const lines = readFileSync(journal, 'utf8').split('\n');
    return lines.find((line) => line.includes('"type":"run.created"'))?.length ?? 0;
  }

  /** The column "bytes a phase" of the table of the page. */
  function bytesSaid(row: string, kind: string): number {
    const lines = readFileSync(path, 'utf8').split('\n');
    const cells = lines.find((line) => line.startsWith(`| ${row}`) && line.includes(`\`${kind}\``))?.split('|') ?? [];
    expect(cells[3], kind).toMatch(/^ *\d+ $/);
    return Number(cells[3]);
  }

  test('the line of the page for cron removes old runs, and no others', async () => {
    go();
    orchOnPath();
    await ground.orch('execute', 'plan.json', '--run-id', 'done');
    ground.plan([{ name: 'bad', command: 'false', retry_count: 1 }]);
    await ground.orch('execute', 'plan.json', '--run-id', 'failed');
    const [, line = ''] = /cd \/srv\/site && \/usr\/local\/bin\/(orch prune .+)/.exec(readFileSync(path, 'utf8')) ?? [];
    const run = (script: string): string[] => {
      const { status } = spawnSync('sh', ['-c', script], { cwd: ground.folder, env: cronEnvironment() });
      expect(status).toBe(0);
      return readdirSync(ground.path('.orch/runs'))
        .filter((name) => !name.startsWith('.'))
        .toSorted();
    };
    expect(run(line)).toEqual(['done', 'failed']);
    expect(run(line.replace('30d', '0d'))).toEqual(['done', 'failed']);
    expect(run(line.replace('30d', '0d').replace('10', '1'))).toEqual(['failed']);
  });
});

/** What cron hands on, and `orch` on the path. */
function cronEnvironment(): NodeJS.ProcessEnv {
  return { PATH: `${ground.path('bin')}:/usr/bin:/bin` };
}

function orchOnPath(): void {
  mkdirSync(ground.path('bin'));
  ground.write('bin/orch', `#!/bin/sh\nexec ${orchCommand.join(' ')} "$@"\n`);
  spawnSync('chmod', ['+x', ground.path('bin/orch')]);
}
