import { spawnSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { until } from '../../packages/cli/test/orch-process.ts';
import { available } from './need.ts';
import { runId, stagePerTest } from './processes/stage.ts';

const stage = stagePerTest();

/** What a command does that sets the wall clock of all processes of the test. */
const set = (offset: string): string => `echo '${offset}' >clock.new && mv clock.new clock`;

function setHere(offset: string): void {
  stage().ground.write('clock.new', `${offset}\n`);
  renameSync(stage().ground.path('clock.new'), stage().ground.path('clock'));
}

/** Their wall clock is the real one and an offset that is read anew each time; the monotonic one is left alone. */
function env(): Record<string, string> {
  const { stdout } = spawnSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' });
  return {
    LD_PRELOAD: stdout.trim(),
    FAKETIME_TIMESTAMP_FILE: stage().ground.path('clock'),
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_DONT_RESET: '1',
  };
}

const hourMs = 3_600_000;
const steps: [there: string, back: string][] = [
  ['+1d', '-1d'],
  ['-1d', '+1d'],
];

describe.runIf(available('faketime'))('somebody sets the wall clock', () => {
  test.each(steps)('by %s and then by %s while orch drives a run', async (there, back) => {
    setHere('+0');
    const before = Date.now();
    stage().ground.plan([
      { name: 'step', command: set(there), retry_count: 1 },
      // Its backoff begins on one day and ends on another.
      {
        name: 'twice',
        command: `test -e again || { touch again; ${set(back)}; exit 1; }`,
        retry_count: 2,
        depends_on: ['step'],
      },
      { name: 'timed', command: 'true', timeout: '1h', depends_on: ['twice'] },
    ]);
    const orch = stage().start(['execute', 'plan.json', '--run-id', runId], { env: env() });
    expect((await orch.ended).code).toBe(0);
    const events = await stage().events();
    expect(Math.max(...events.map(({ at }) => Math.abs(at - before))), 'the clock was set').toBeGreaterThan(
      23 * hourMs,
    );
    expect(events.flatMap((it) => (it.type === 'phase.started' ? [it.phase] : []))).toEqual([
      'step',
      'twice',
      'twice',
      'timed',
    ]);
    for (const it of events) {
      if (it.type !== 'phase.completed' && it.type !== 'phase.failed') continue;
      expect(it.durationMs, it.phase).toBeGreaterThanOrEqual(0);
      expect(it.durationMs, it.phase).toBeLessThan(hourMs);
    }
  });

  test.each(steps)('by %s before orch is killed and by %s before it is taken up', async (there, back) => {
    setHere('+0');
    const command = 'echo here; until test -e gate; do sleep 0.05; done; exit 7';
    stage().ground.plan([{ name: 'long', command, timeout: '12h', retry_count: 1 }]);
    const first = stage().start(['execute', 'plan.json', '--run-id', runId], { env: env() });
    await until(
      () => stage().logOf('long') === 'here\n',
      () => 'the start of the command',
    );
    setHere(there);
    const refused = await stage().start(['recover', runId], { env: env() }).ended;
    expect(refused.code, 'it is driven, whatever the time').toBe(4);
    first.kill('SIGKILL');
    await first.ended;
    setHere(back);
    const second = stage().start(['recover', runId, '--output', 'ndjson'], { env: env() });
    await until(
      () => second.stdout.includes('"phase.adopted"'),
      () => `the adoption: ${second.stdout}${second.stderr}`,
    );
    stage().ground.write('gate', '');
    expect((await second.ended).code).toBe(1);
    const [attempt, ...more] = (await stage().phases()).get('long')!.attempts;
    expect(more).toEqual([]);
    expect(attempt).toMatchObject({ status: 'failed', class: 'exit', exitCode: 7, adopted: true });
    expect(attempt!.durationMs).toBeGreaterThanOrEqual(0);
  });
});
