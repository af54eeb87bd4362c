import { describe, expect, it } from 'vitest';
import { workflow } from '@orch/core';
import { retry, retryPlugin } from '@orch/plugin-retry';
import { failure, testRun } from '../src/index.ts';

const schema = {
  '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: value as { token: string } }) },
} as const;

describe('testRun', () => {
  it('hands secrets in again after a crash', async () => {
    const made = workflow('w', { inputs: schema, secrets: ['token'] }).phase('a', {
      run: ({ inputs }) => inputs.token.length,
    });
    expect(await testRun(made, { inputs: { token: 'tr0ub4dor' }, crashBefore: 'a' })).toMatchObject({
      status: 'completed',
    });
  });

  it('runs a workflow that waits until a time', async () => {
    const made = workflow('w').phase('a', { run: () => 1, options: [retry({ waitUntil: 'output.reset' } as never)] });
    expect(
      await testRun(made, {
        plugins: [retryPlugin()],
        stubs: { a: (attempt: number) => (attempt === 1 ? failure({ class: 'exit' }) : 2) } as never,
      }),
    ).toMatchObject({ status: 'completed' });
  });
});
