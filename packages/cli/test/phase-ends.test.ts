import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';
import type { Result } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

test('a failure that is forgiven: the run completes, and says what failed', async () => {
  ground.plan([
    { name: 'a', command: 'exit 4', retry_count: 1, continue_on_failure: true },
    { name: 'b', command: 'true', depends_on: ['a'] },
  ]);
  const { code, stdout, stderr } = await ground.orch('execute', 'plan.json', '--json');
  expect(code).toBe(0);
  expect(stderr).toMatch(/failed +a: attempt 1\/1, .*exit code 4, forgiven$/m);
  expect(stderr).toMatch(/phases: 1 completed, 1 failed \(1 forgiven\)$/m);
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'completed',
    phases: [{ name: 'a', status: 'failed', exitCode: 4, forgiven: true }, { name: 'b' }],
  });
});

test('conditions and handlers say in words why they were skipped, and in JSON by which code', async () => {
  ground.plan([
    { name: 'a', command: 'true' },
    { name: 'b', command: 'true', depends_on: ['a'], if: '1 > 2' },
    { name: 'c', command: 'true', depends_on: ['a'], after: 'failed' },
  ]);
  const { code, stdout, stderr } = await ground.orch('execute', 'plan.json', '--json');
  expect(code).toBe(0);
  expect(stderr).toMatch(/skipped +b: its condition does not hold$/m);
  expect(stderr).toMatch(/skipped +c: nothing failed$/m);
  expect((JSON.parse(stdout) as Result).phases.map(({ reason }) => reason)).toEqual([
    undefined,
    'condition',
    'nothing_failed',
  ]);
});

test('a condition that breaks fails its phase, and the error is in the answer', async () => {
  ground.plan([
    { name: 'a', command: 'true', output: { from: 'file' }, continue_on_failure: true, retry_count: 1 },
    { name: 'b', command: 'true', depends_on: ['a'], if: 'outputs.a.missing == 1' },
  ]);
  const { code, stdout, stderr } = await ground.orch('execute', 'plan.json', '--json');
  const { phases } = JSON.parse(stdout) as Result;
  expect(phases[1]).toMatchObject({ status: 'failed', attempts: 0, error: { message: expect.any(String) } });
  expect(stderr).toContain(`failed b: ${phases[1]?.error?.message}`);
  expect(code).toBe(1);
});

test('a repair is shown, counted apart, and its log is printed', async () => {
  const retry = { max_attempts: 3, delay: '10ms', repair: { command: 'echo mending; touch mended' } };
  ground.plan([{ name: 'a', command: 'echo trying; test -e mended', retry }]);
  const { code, stdout, stderr } = await ground.orch('execute', 'plan.json', '--run-id', 'one', '--json');
  expect(code).toBe(0);
  expect(stderr).toMatch(/repair +a: attempt 2\n/);
  expect(stderr).toMatch(/completed +a: repair, attempt 2, /);
  expect(stderr).toMatch(/completed +a: attempt 3 \(2\/3\), /);
  expect((JSON.parse(stdout) as Result).phases).toMatchObject([{ attempts: 2 }]);
  expect((await ground.orch('logs', 'one', 'a', '--attempt', '2')).stdout).toBe('mending\n');
  expect((await ground.orch('logs', 'one', 'a')).stdout).toBe('trying\n');
  expect((await ground.orch('logs', 'one', '--attempt', '2')).stdout).toBe('==> a, attempt 2 (repair) <==\nmending\n');
});

test('a rate limit: shown until when it waits, also by show while nobody drives the run', async () => {
  const until = Math.floor(Date.now() / 1000) + 3 * 86_400;
  const command = `echo '{"reset": ${until}}' > "$ORCH_OUTPUT"; exit 1`;
  const retry = { max_attempts: 2, wait_until: 'output.reset' };
  ground.plan([{ name: 'a', command, output: { from: 'file' }, retry }]);
  const orch = ground.start(['execute', 'plan.json', '--run-id', 'one']);
  await orch.says(/failed +a: attempt 1\/2, .*; waiting until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(rate-limited\)/);
  orch.kill('SIGKILL');
  await orch.ended;
  const { stdout } = await ground.orch('show', 'one');
  expect(stdout).toMatch(/pending +a .*waiting until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(rate-limited\)$/m);
});
