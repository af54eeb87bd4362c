import { workflow } from '@orch/core';
import { pluginConformance } from '@orch/testkit';
import { test } from 'vitest';
import { retry, retryPlugin } from '../src/index.ts';

let calls = 0;

pluginConformance({
  test,
  lacks: ['on-close'],
  create: () => ({
    plugin: retryPlugin({ defaults: { maxAttempts: 2, delay: '1ms' } }),
    options: {
      retry: {
        takes: [
          {},
          { max_attempts: 1 },
          { on: { classes: ['exit'] }, repair: { command: 'fix' } },
          { max_attempts: 3, backoff: 'fixed', delay: '5s', max_delay: '1m', jitter: 'none' },
        ],
        refuses: [
          null,
          [],
          { max_attempts: 0 },
          { max_attempts: 2, delay: -5 },
          { max_attempts: 2, more: 1 },
          { on: {}, repair: {} },
        ],
      },
      retry_count: { takes: [0, 1, 1_000], refuses: [null, -1, 1.5, '3', [1]] },
    },
    workflow: workflow('flaky').phase('flaky', {
      options: [retry({ maxAttempts: 2, delay: '1ms' })],
      run() {
        if (++calls % 2 === 1) throw new Error('every other time');
      },
    }),
  }),
});
