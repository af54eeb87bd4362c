import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, testRun } from '@orch/testkit';
import { retryPlugin } from '@orch/plugin-retry';
import { release } from './release.mts';

const inputs = { version: '1.0.0', e2e: false, token: 'not-a-real-token' };
const stubs = {
  packages: ['a', 'b'],
  build: undefined,
  test: { passed: 3 },
  publish: [{ name: 'a', version: '1.0.0' }],
};

test('publishes, e2e left out', async () => {
  const run = await testRun(release, { inputs, stubs });
  assert.equal(run.status, 'completed');
  assert.equal(run.outputs.notes, 'a: 3 tests, no e2e');
  assert.ok(!run.started.includes('e2e'));
});

test('e2e is the default, and its report is in the notes', async () => {
  const { e2e: _, ...rest } = inputs;
  const run = await testRun(release, { inputs: rest, stubs: { ...stubs, e2e: { report: 'e2e.html' } } });
  assert.equal(run.outputs.notes, 'a: 3 tests, e2e.html');
});

test('a flaky test is tried again', async () => {
  const flaky = (attempt: number): { passed: number } => (attempt < 3 ? failure({ class: 'exit' }) : { passed: 3 });
  const run = await testRun(release, { inputs, stubs: { ...stubs, test: flaky }, plugins: [retryPlugin()] });
  assert.equal(run.status, 'completed');
  assert.equal(run.started.filter((phase) => phase === 'test').length, 3);
});

test('a failing test stops the release, and what is always done is done', async () => {
  const run = await testRun(release, { inputs, stubs: { ...stubs, test: () => failure({ class: 'exit' }) } });
  assert.equal(run.status, 'failed');
  assert.ok(!run.started.includes('publish'));
  assert.ok(run.started.includes('clean'));
});

test('a report without a number of tests is no success', async () => {
  const prose = { passed: 'all of them' } as unknown as { passed: number };
  const run = await testRun(release, { inputs, stubs: { ...stubs, test: prose } });
  assert.equal(run.status, 'failed');
  assert.equal(run.failures[0]?.class, 'invalid-output');
});

test('killed before it publishes, it goes on there', async () => {
  const run = await testRun(release, { inputs, stubs, crashBefore: 'publish' });
  assert.equal(run.status, 'completed');
  assert.deepEqual(
    run.started.filter((phase) => phase === 'test' || phase === 'publish'),
    ['test', 'publish', 'publish'],
  );
});

// @ts-expect-error stub of the wrong type
void (() => testRun(release, { inputs, stubs: { test: { passed: 'three' } } }));
// @ts-expect-error input is missing
void (() => testRun(release, { inputs: { version: '1' } }));
