import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { until, waitForGo } from '../../packages/cli/test/orch-process.ts';
import { available } from './need.ts';
import { stagePerTest } from './processes/stage.ts';

const stage = stagePerTest();

/** Every watch is refused, from the first one on. Without -f: only orch itself is held. */
function withoutWatches(call: string, error: string): readonly string[] {
  const trace = stage().ground.path('trace');
  return ['strace', '-qq', '-o', trace, '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`];
}

describe.runIf(available('strace')).each([
  ['inotify_init1', 'EMFILE'],
  ['inotify_add_watch', 'ENOSPC'],
])('no watches left: %s fails with %s', (call, error) => {
  /** A run whose orch was killed while its command ran, and one that took it up and has no watches. */
  async function adopted(phase: Readonly<Record<string, string>> = {}) {
    const orch = stage().execute([{ name: 'waits', command: waitForGo, ...phase }]);
    await until(
      () => stage().ground.lines('starts').length === 1,
      () => 'the start of the command',
    );
    orch.kill('SIGKILL');
    await orch.ended;
    const second = stage().start(['recover', 'one'], { through: withoutWatches(call, error) });
    await second.says(/adopted +waits/);
    return second;
  }

  const refused = (): string => readFileSync(stage().ground.path('trace'), 'utf8');

  test('the end of an adopted command is found all the same', async () => {
    const second = await adopted();
    stage().ground.write('go', '');
    expect(await second.ended).toMatchObject({ code: 0 });
    expect(stage().ground.lines('starts')).toHaveLength(1);
    expect(stage().ground.lines('ends')).toEqual(['done']);
    const phases = await stage().phases();
    expect(phases.get('waits')).toMatchObject({ status: 'completed' });
    expect(refused()).toContain(`= -1 ${error}`);
  });

  test('so is the death of its wrapper', async () => {
    const second = await adopted({ grace: '100ms' });
    const [state = ''] = stage().attemptFiles('waits', '.state');
    process.kill(-Number(readFileSync(state, 'utf8').split(' ')[0]), 'SIGKILL');
    stage().ground.write('go', '');
    expect(await second.ended).toMatchObject({ code: 0 });
    expect(stage().ground.lines('starts')).toHaveLength(2);
    expect(refused()).toContain(`= -1 ${error}`);
  });
});
