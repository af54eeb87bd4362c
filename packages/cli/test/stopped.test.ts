import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAlive, Playground, until } from './orch-process.ts';
import type { Result } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const stateOf = (pid: number | undefined): string | undefined =>
  /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1];

test('orch stopped beyond a timeout still holds its run; once it goes on, it reports the timeout', async () => {
  // Stops orch itself, which is the parent of its own: however busy the machine is, that is done long before the timeout.
  const stop = 'set -- $(cat /proc/$PPID/stat); kill -STOP $4';
  // Says itself that its time is over.
  const command = `echo $$ >> starts; ${stop}; sleep 5; : > late; sleep 600`;
  ground.plan([{ name: 'slow', command, timeout: '4s', grace: '100ms', retry_count: 1 }]);
  const orch = ground.start(['execute', 'plan.json', '--run-id', 'one']);
  await until(
    () => stateOf(orch.child.pid) === 'T',
    () => 'orch to be stopped',
  );
  await until(
    () => existsSync(ground.path('late')),
    () => 'the time to be over',
  );
  const refused = await ground.orch('recover', 'one');
  expect(refused.code).toBe(4);
  expect(refused.stderr).toContain(`process ${orch.child.pid}`);
  const pid = Number(ground.lines('starts')[0]);
  expect(isAlive(pid)).toBe(true);
  orch.kill('SIGCONT');
  const { code, stderr } = await orch.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/slow.*ORCH_PHASE_TIMEOUT|timeout/);
  expect(isAlive(pid)).toBe(false);
  expect(ground.lines('starts')).toHaveLength(1);
  expect(await ground.json<Result>('show', 'one', '--json')).toMatchObject({
    status: 'failed',
    phases: [{ name: 'slow', status: 'failed', attempts: [{ error: { code: 'ORCH_PHASE_TIMEOUT' } }] }],
  });
});
