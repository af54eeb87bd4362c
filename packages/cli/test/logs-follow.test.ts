import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground, until, waitForGo } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

/** Waits until an attempt has begun. */
async function begun(): Promise<void> {
  await until(
    () => ground.read('starts') !== '',
    () => 'the start',
  );
}

describe('logs that are followed', () => {
  /** Waits until there is a file of this name. */
  const waitFor = (name: string): string =>
    `n=0; until test -e ${name} || test $n -gt 600; do n=$((n+1)); sleep 0.1; done`;
  const said = (follower: ReturnType<Playground['start']>, text: string): Promise<void> =>
    until(
      () => follower.stdout.endsWith(text),
      () => `${JSON.stringify(text)} at the end of: ${follower.stdout}`,
    );

  test('go over from an attempt to the next', async () => {
    ground.plan([
      {
        name: 'a',
        command: `echo begin $ORCH_ATTEMPT; echo x >> starts; ${waitFor('go$ORCH_ATTEMPT')}; echo end $ORCH_ATTEMPT; exit $((2 - ORCH_ATTEMPT))`,
        retry: { max_attempts: 2, delay: '1ms', jitter: 'none' },
      },
    ]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await begun();
    const follower = ground.start(['logs', 'one', 'a', '-f']);
    await said(follower, 'begin 1\n');
    writeFileSync(ground.path('go1'), '');
    await said(follower, 'begin 1\nend 1\nbegin 2\n');
    writeFileSync(ground.path('go2'), '');
    expect(await follower.ended).toMatchObject({ code: 0, stdout: 'begin 1\nend 1\nbegin 2\nend 2\n' });
    expect(await driver.ended).toMatchObject({ code: 0 });
  });

  test.each([['a'], []])(
    'go on while nobody drives the run, and after what runs was adopted: logs one %s',
    async (...phase) => {
      ground.plan([
        {
          name: 'a',
          command: `echo begin; echo x >> starts; ${waitFor('orphan')}; echo alone; ${waitFor('go')}; echo end`,
        },
        { name: 'b', command: 'echo of b', depends_on: ['a'] },
      ]);
      const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
      await begun();
      const follower = ground.start(['logs', 'one', ...phase, '-f']);
      await said(follower, 'begin\n');
      driver.kill('SIGKILL');
      await driver.ended;
      await follower.says(/Whoever drove run one is gone; .*To go on: orch recover one$/m);
      writeFileSync(ground.path('orphan'), '');
      await said(follower, 'begin\nalone\n');
      const second = ground.start(['recover', 'one']);
      await second.says(/adopted/);
      writeFileSync(ground.path('go'), '');
      const all = ['begin\nalone\nend\n', '==> a, attempt 1 <==\nbegin\nalone\nend\n\n==> b, attempt 1 <==\nof b\n'];
      expect(await follower.ended).toMatchObject({ code: 0, stdout: all[phase.length === 1 ? 0 : 1] });
      expect(await second.ended).toMatchObject({ code: 0 });
    },
  );

  test('of a run that nobody drives end at once with 130, and say how to go on; of a phase that has ended, with 0', async () => {
    ground.plan([
      { name: 'done', command: 'echo done' },
      { name: 'a', command: `echo begin; echo x >> starts; ${waitForGo}`, depends_on: ['done'] },
    ]);
    const driver = ground.start(['execute', 'plan.json', '--run-id', 'one']);
    await begun();
    driver.kill('SIGTERM');
    await driver.ended;
    const stderr = 'Nobody drives run one. To go on: orch recover one\n';
    expect(await ground.orch('logs', 'one', '-f')).toMatchObject({ code: 130, stderr });
    expect(await ground.orch('logs', 'one', 'a', '-f')).toMatchObject({
      code: 130,
      stdout: expect.stringContaining('begin'),
      stderr,
    });
    expect(await ground.orch('logs', 'one')).toMatchObject({ code: 0, stderr: '' });
    expect(await ground.orch('logs', 'one', 'done', '-f')).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' });
  });
});
