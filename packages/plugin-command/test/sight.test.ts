import { expect, test } from 'vitest';
import { checkCommands } from '../src/check-commands.ts';
import { commandExecutor } from '../src/command-executor.ts';
import { processSight, systemProcessTable } from '../src/process-table.ts';
import { whyNoCommands } from '../src/wrapper.ts';
import { emptyFolder, gated, outcomeOf, trial, writeState } from './harness.ts';

/** A pid that no process has. */
const noPid = 4_194_000;

function withoutSight(): Parameters<typeof trial>[1] {
  const directory = emptyFolder();
  return { directory, executor: commandExecutor({ directory, table: systemProcessTable(() => 'none') }) };
}

test('where no process can be seen, a command without an exit code counts as interrupted, and that is told', async () => {
  const it = await trial(gated, withoutSight());
  writeState(it, noPid);
  expect(await it.adopt()).toEqual({ gone: true });
  expect(it.warnings).toEqual([
    'attempt 1 of phase "build" counts as interrupted: whether it still runs can\'t be seen on this system.',
  ]);
});

test('its exit code counts all the same, and so does that it was never started', async () => {
  const ended = await trial(gated, withoutSight());
  writeState(ended, noPid, 3);
  expect(await outcomeOf(await ended.adopt())).toMatchObject({ status: 'failed', exitCode: 3 });
  const never = await trial(gated, withoutSight());
  expect(await never.adopt()).toEqual({ gone: true });
  expect([...ended.warnings, ...never.warnings]).toEqual([]);
});

test('where processes can be seen, nothing is said of it', async () => {
  const it = await trial(gated);
  writeState(it, noPid);
  expect(await it.adopt()).toEqual({ gone: true });
  expect(it.warnings).toEqual([]);
});

test('a command runs there to its end as everywhere', async () => {
  const it = await trial('echo done', withoutSight());
  expect(await it.execute()).toMatchObject({ status: 'completed', exitCode: 0 });
  expect(it.log()).toBe('done\n');
});

test('what there is to see with is asked when it is needed, once', () => {
  let asked = 0;
  const table = systemProcessTable(() => {
    asked++;
    return 'none';
  });
  expect(asked).toBe(0);
  expect([table.isBlind, table.wrapperMarker(1), table.snapshot()]).toEqual([true, undefined, []]);
  expect(asked).toBe(1);
  expect(processSight()).toBe('proc');
});

test('Windows has no shell for commands: told at the start, once for all phases', async () => {
  const why = whyNoCommands('win32');
  expect(why).toMatchObject({ message: expect.stringContaining('Windows'), hint: expect.stringContaining('WSL') });
  expect(whyNoCommands('linux')).toBeUndefined();
  expect(whyNoCommands('darwin')).toBeUndefined();
  const phases = ['a', 'b'].map((phase) => ({ phase, dependent: false, options: { command: 'no-such-program' } }));
  const place = { cwd: process.cwd(), path: '', impossible: why! };
  expect(await checkCommands(phases, place)).toEqual([
    { code: 'ORCH_PLAN_COMMAND_NOT_FOUND', severity: 'error', phase: 'a', path: ['command'], ...why },
  ]);
});
