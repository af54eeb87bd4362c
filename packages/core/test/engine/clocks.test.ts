import { describe, expect, it } from 'vitest';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { bench, probes, settled } from './bench.ts';

const retry: Plugin = {
  name: 'p',
  contract: 1,
  apply: ({ hooks, now }) => hooks.onError.tap('p', () => ({ retryAt: now() + 60_000 })),
};

describe('a clock that is set during a take-up', () => {
  it('does not stretch the backoff that it goes on with', async () => {
    const first = bench({ plugins: [retry] });
    first.orch.execute(probes('a'), { runId: 'r' });
    await settled();
    first.probe.last('a').end({
      status: 'failed',
      class: 'exit',
      error: { code: 'ORCH_PHASE_EXIT', message: 'exit 1' },
    });
    await settled();
    first.kill();
    first.clock.jump(-86_400_000);
    const inner = first.backend;
    const second = first.next({
      backend: {
        ...inner,
        async messages(run) {
          first.clock.jump(86_400_000);
          return inner.messages(run);
        },
      },
    });
    second.orch.recover('r');
    await settled();
    await second.clock.advance(60_000);
    expect(second.probe.started).toEqual(['a 2']);
  });
});
