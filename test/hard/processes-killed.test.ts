import { rmSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isAlive, until } from '../../packages/cli/test/orch-process.ts';
import type { OrchProcess } from '../../packages/cli/test/orch-process.ts';
import { allHere, gatedPhase, hasEnded, openGate } from './processes/gated.ts';
import type { Gated } from './processes/gated.ts';
import { runId, stagePerTest } from './processes/stage.ts';
import { isReady, phaseOf, stubborn } from './processes/stubborn.ts';
import { failedWith, verdictOf } from './processes/verdict.ts';

const stage = stagePerTest();

async function killHard(orch: OrchProcess): Promise<void> {
  orch.kill('SIGKILL');
  expect((await orch.ended).signal).toBe('SIGKILL');
}

/** It goes on, and is adopted: the exit code is that of its first and only start. */
const adopted: readonly Gated[] = [
  { name: 'plain', text: 'echo a; HERE; GATE; echo b; exit 7', gate: 'adopted' },
  { name: 'ends-alone', text: 'echo a; HERE; GATE; echo b; exit 7', gate: 'alone' },
  { name: 'trap-exit', text: 'trap "echo b" EXIT; echo a; HERE; GATE; exit 7', gate: 'adopted' },
  { name: 'trap-exit-alone', text: 'trap "echo b" EXIT; echo a; HERE; GATE; exit 7', gate: 'alone' },
  { name: 'exec', text: `exec sh -c 'echo a; HERE; GATE; echo b; exit 7'`, gate: 'adopted' },
  { name: 'exec-no-environment', text: `exec env -i /bin/sh -c 'echo a; HERE; GATE; echo b; exit 7'`, gate: 'adopted' },
  {
    name: 'no-descriptors',
    text: `echo a; echo b; exec 0<&- 1>&- 2>&- 8>&- 9>&-; HERE; GATE; exit 7`,
    gate: 'adopted',
  },
  { name: 'here-document', text: 'HERE; GATE; cat <<E\na\nb\nE\nexit 7', gate: 'adopted' },
  { name: 'background', text: 'echo a; HERE; GATE; sleep 600 & echo b; exit 7', gate: 'adopted' },
  { name: 'background-alone', text: 'echo a; HERE; GATE; sleep 600 & echo b; exit 7', gate: 'alone' },
  { name: 'stopped-child', text: 'sleep 600 & kill -STOP $!; echo a; HERE; GATE; echo b; exit 7', gate: 'adopted' },
  { name: 'stopped-child-alone', text: 'sleep 600 & kill -STOP $!; echo a; HERE; GATE; echo b; exit 7', gate: 'alone' },
  {
    name: 'folder-left',
    text: 'HERE; d=$PWD; cd /; PATH=/bin; echo a; cd "$d"; GATE; echo b; exit 7',
    gate: 'adopted',
  },
  { name: 'long-text', text: `: ${'x'.repeat(200_000)}\necho a; HERE; GATE; echo b; exit 7`, gate: 'adopted' },
  { name: 'timeout-of-days', text: 'echo a; HERE; GATE; echo b; exit 7', gate: 'adopted', more: { timeout: '30d' } },
  {
    name: 'a-signal-at-the-end',
    text: 'echo a; HERE; GATE; echo b; trap "exit 7" TERM; kill 0; wait',
    gate: 'adopted',
  },
];

/** Its end is lost with its shell: what is left of it is ended, and it runs again. */
const lost: readonly Gated[] = [
  { name: 'shell-killed-alone', text: 'HERE; GATE; kill -9 $PPID; sleep 600', gate: 'alone' },
  { name: 'shell-killed-adopted', text: 'HERE; GATE; kill -9 $PPID; sleep 600', gate: 'adopted' },
  { name: 'group-killed-alone', text: 'HERE; GATE; kill -9 0', gate: 'alone' },
  { name: 'nameless-signal-alone', text: 'HERE; GATE; kill -40 0', gate: 'alone' },
  { name: 'nameless-signal-adopted', text: 'HERE; GATE; kill -40 0', gate: 'adopted' },
  { name: 'state-deleted', text: 'HERE; sleep 600; exit 7', gate: 'alone' },
];

test('kill -9 of orch: what goes on is adopted, with its exit code and all output; what is lost is ended and runs again', async () => {
  const all = [...adopted, ...lost];
  const most = { concurrency: all.length };
  const first = stage().execute(
    all.map((it) => ({ grace: '300ms', ...gatedPhase(it) })),
    most,
  );
  await allHere(stage(), all);
  await killHard(first);
  for (const path of stage().attemptFiles('state-deleted', '.state')) rmSync(path);
  openGate(stage(), 'alone');
  const endedAlone = adopted.filter(({ gate }) => gate === 'alone');
  await until(
    () => endedAlone.every(({ name }) => hasEnded(stage(), name)),
    () => 'those that end alone',
  );
  const second = stage().start(['recover', runId, '--output', 'ndjson']);
  await until(
    () => all.every(({ name, gate }) => gate === 'alone' || isTold(second, 'phase.adopted', name)),
    () => `the adoption: ${second.stdout}`,
  );
  openGate(stage(), 'adopted');
  const { code, stderr } = await second.ended;
  expect(code, stderr).toBe(1);
  const phases = await stage().phases();
  const found = Object.fromEntries(
    all.map(({ name }) => [
      name,
      { ...verdictOf(phases.get(name)!), starts: stage().ground.lines(`starts-${name}`).length },
    ]),
  );
  expect(found).toEqual(
    Object.fromEntries([
      ...adopted.map(({ name }) => [name, { ...failedWith(7), starts: 1 }] as const),
      ...lost.map(({ name }) => [name, { ...failedWith(9), starts: 2 }] as const),
    ]),
  );
  for (const { name } of adopted) expect(stage().logOf(name), name).toBe('a\nb\n');
});

function isTold({ stdout }: OrchProcess, type: string, phase: string): boolean {
  return stdout.split('\n').some((line) => line.includes(`"${type}"`) && line.includes(`"phase":"${phase}"`));
}

test('kill -9 of orch within 100 MB of output: not a byte is missing', async () => {
  const half = 50_000_000;
  const much: Gated = {
    name: 'much',
    text: `head -c ${half} /dev/zero; HERE; head -c ${half} /dev/zero; GATE; echo end; exit 7`,
    gate: 'adopted',
  };
  const first = stage().execute([gatedPhase(much)]);
  await allHere(stage(), [much]);
  await killHard(first);
  openGate(stage(), 'adopted');
  expect((await stage().recover()).code).toBe(1);
  const phase = (await stage().phases()).get('much')!;
  expect(verdictOf(phase)).toEqual(failedWith(7));
  expect(statSync(stage().logPath(phase.attempts[0]!)).size).toBe(2 * half + 'end\n'.length);
});

const graceMs = 500;
const allowanceMs = 1_000;

async function startStubborn(more: Record<string, string>): Promise<OrchProcess> {
  const phases = stubborn.map((it) => phaseOf(it, { grace: `${graceMs}ms`, ...more }));
  const orch = stage().execute(phases, { concurrency: stubborn.length });
  for (const it of stubborn)
    await until(
      () => isReady(it, stage().logOf(it.name)),
      () => `${it.name} to be ready: ${stage().logOf(it.name)}`,
    );
  return orch;
}

test('kill -9 of orch, then the timeout: whoever recovers ends all of it, within grace and a second', async () => {
  const timeoutMs = 3_000;
  await killHard(await startStubborn({ timeout: `${timeoutMs}ms` }));
  const { code, stderr } = await stage().recover();
  expect(code, stderr).toBe(1);
  const { phases, ownedSince } = await stage().report();
  for (const { name, attempts } of phases) {
    const [{ startedAt, endedAt, ...attempt }, ...further] = attempts as [(typeof attempts)[0]];
    expect(attempt, name).toMatchObject({ class: 'timeout', error: { code: 'ORCH_PHASE_TIMEOUT' } });
    expect(further).toEqual([]);
    const dueAt = Math.max(startedAt + timeoutMs, ownedSince!);
    expect(endedAt! - dueAt, name).toBeLessThanOrEqual(graceMs + allowanceMs);
  }
});

test('kill -9 of orch, then a cancel: all of it is ended', async () => {
  await killHard(await startStubborn({}));
  expect((await stage().start(['cancel', runId]).ended).code).toBe(0);
  expect(await stage().report()).toMatchObject({ status: 'cancelled' });
});

test.each([
  ['KILL', 'adopted', 7, 1],
  ['HUP', 'adopted', 7, 1],
  ['TERM', 'started again', 9, 2],
] as const)(
  'a command that sends %s to the orch that started it: it is %s',
  async (signal, _word, exitCode, starts) => {
    const killer: Gated = {
      name: 'killer',
      text: `read -r pid name state orch rest </proc/$PPID/stat; HERE; GATE; kill -${signal} $orch; until test -e on; do sleep .02; done; exit 7`,
      gate: 'alone',
    };
    const first = stage().execute([gatedPhase(killer)]);
    await allHere(stage(), [killer]);
    openGate(stage(), 'alone');
    await first.ended;
    expect(isAlive(first.child.pid!)).toBe(false);
    stage().ground.write('on', '');
    expect((await stage().recover()).code).toBe(1);
    expect(verdictOf((await stage().phases()).get('killer')!)).toEqual(failedWith(exitCode));
    expect(stage().ground.lines('starts-killer')).toHaveLength(starts);
  },
);
