import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { available } from './need.ts';
import { allHere, gatedPhase, openGate } from './processes/gated.ts';
import type { Gated } from './processes/gated.ts';
import { otherSystem, pathWithout } from './processes/other-system.ts';
import { runId, stagePerTest } from './processes/stage.ts';
import type { OddPhase } from './processes/stage.ts';
import { completed, failedWith, killedBy, notStarted, verdictOf } from './processes/verdict.ts';
import type { Verdict } from './processes/verdict.ts';

const stage = stagePerTest();
const asksForBash: OddPhase = { name: 'bash', command: '[[ a == a ]] && exit 3', shell: 'bash' };
const plain: OddPhase = { name: 'plain', command: 'echo a | cat; exit 4' };

describe('no bash', () => {
  test('in the PATH: a finding before the run, a clear error in it, and all the rest works', async () => {
    const env = { PATH: pathWithout(stage().ground, ['bash']) };
    stage().ground.plan([asksForBash, plain].map((phase) => ({ retry_count: 1, ...phase })));
    const refused = await stage().start(['validate', 'plan.json'], { env }).ended;
    expect(refused.code).toBe(2);
    expect(refused.stdout + refused.stderr).toMatch(/no program "bash"[^]*Install bash, or add its folder to PATH/);
    const { code, stderr } = await stage().start(['execute', 'plan.json', '--run-id', runId, '--no-command-check'], {
      env,
    }).ended;
    expect(code, stderr).toBe(1);
    const phases = await stage().phases();
    const { error } = phases.get('bash')!.attempts.at(-1)!;
    expect(error).toMatchObject({
      code: 'ORCH_PHASE_START',
      message: 'There is no program "bash".',
      hint: `Looked for in PATH=${env.PATH}`,
    });
    expect(verdictOf(phases.get('plain')!)).toEqual(failedWith(4));
  });

  test.runIf(available('tmpfs'))('on the system: scripts and shells that name it fail and say so', async () => {
    const through = otherSystem(stage().ground, { without: ['bash', 'rbash'] });
    writeFileSync(stage().ground.path('script'), '#!/bin/bash\nexit 5\n', { mode: 0o755 });
    const phases: [OddPhase, Verdict, RegExp][] = [
      [asksForBash, notStarted, /^$/],
      [{ name: 'path', command: 'exit 3', shell: '/bin/bash' }, notStarted, /^$/],
      [{ name: 'words', command: ['bash', '-c', 'exit 3'] }, notStarted, /^$/],
      [{ name: 'script', command: './script' }, failedWith(127), /script: not found/],
      [{ name: 'script-without-shell', command: ['./script'] }, failedWith(127), /script: not found/],
      [{ name: 'inner', command: 'bash -c "exit 3" && exit 5' }, failedWith(127), /bash: not found/],
      [plain, failedWith(4), /^a\n$/],
    ];
    stage().ground.plan(phases.map(([phase]) => ({ retry_count: 1, ...phase })));
    const { code, stderr } = await stage().start(['execute', 'plan.json', '--run-id', runId, '--no-command-check'], {
      through,
    }).ended;
    expect(code, stderr).toBe(1);
    const found = await stage().phases();
    for (const [{ name }, verdict, prints] of phases) {
      expect(verdictOf(found.get(name)!), name).toEqual(verdict);
      expect(stage().logOf(name), name).toMatch(prints);
    }
    expect(found.get('path')!.attempts[0]!.error!.message).toBe('There is no program "/bin/bash".');
  });
});

/** What differs between shells, and what the shell around a command has to get right whatever it is. */
const cases: readonly [OddPhase, Verdict][] = [
  [{ name: 'around', command: 'readlink /proc/$PPID/exe; exit 0' }, completed],
  [{ name: 'words', command: 'true' }, completed],
  [{ name: 'words-of-a-builtin', command: 'echo a b' }, completed],
  [{ name: 'code', command: 'exit 3' }, failedWith(3)],
  [{ name: 'most', command: 'exit 255' }, failedWith(255)],
  [{ name: 'list', command: ['sh', '-c', 'exit 4'] }, failedWith(4)],
  [{ name: 'killed', command: 'kill -TERM $$; exit 3' }, failedWith(143)],
  [{ name: 'killed-hard', command: 'kill -KILL $$; exit 3' }, failedWith(137)],
  [{ name: 'group', command: 'trap : TERM; kill -TERM 0; exit 5' }, failedWith(5)],
  [{ name: 'parent', command: 'kill -9 $PPID; sleep 600' }, killedBy('SIGKILL')],
  [{ name: 'nameless', command: 'kill -40 $PPID; sleep 600' }, killedBy(undefined)],
  [{ name: 'background', command: 'sleep 600 & exit 6' }, failedWith(6)],
  [{ name: 'trap', command: 'trap "exit 7" EXIT; exit 3' }, failedWith(7)],
  [{ name: 'not-found', command: 'no-such-program-at-all' }, failedWith(127)],
  [{ name: 'long', command: `: ${'x'.repeat(200_000)}\nexit 8` }, failedWith(8)],
  [{ name: 'descriptor', command: 'echo x >&8; exit 9' }, failedWith(9)],
];
const beforeAndAfter: Gated = { name: 'adopted', text: 'echo a; HERE; GATE; echo b; exit 7', gate: 'adopted' };

describe.each(['dash', 'bash', 'busybox'] as const)('/bin/sh is %s', (shell) => {
  const isThere = available('tmpfs') && (shell !== 'busybox' || available('busybox'));
  test.runIf(isThere)('exit codes, signals, children, and what outlives orch', async () => {
    const path = spawnSync('which', [shell], { encoding: 'utf8' }).stdout.trim();
    const through = otherSystem(stage().ground, { sh: path });
    const phases = [...cases.map(([phase]) => phase), gatedPhase(beforeAndAfter)];
    stage().ground.plan(
      phases.map((phase) => ({ retry_count: 1, ...phase })),
      { concurrency: 1 },
    );
    const args = ['execute', 'plan.json', '--run-id', runId, '--no-command-check'];
    const first = stage().start(args, { through });
    await allHere(stage(), [beforeAndAfter]);
    first.kill('SIGKILL');
    await first.ended;
    openGate(stage(), 'adopted');
    expect((await stage().start(['recover', runId], { through }).ended).code).toBe(1);
    const found = await stage().phases();
    expect(Object.fromEntries(Array.from(found, ([name, phase]) => [name, verdictOf(phase)]))).toEqual({
      ...Object.fromEntries(cases.map(([{ name }, verdict]) => [name, verdict])),
      adopted: failedWith(7),
    });
    expect(stage().logOf('around')).toMatch(new RegExp(`/${shell}\\n$`));
    expect(found.get('adopted')!.attempts).toMatchObject([{ adopted: true }]);
    expect(stage().logOf('adopted')).toBe('a\nb\n');
  });
});
