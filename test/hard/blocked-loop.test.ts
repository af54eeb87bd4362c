import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jsonBackend } from '@orch/backend-json';
import { Orchestrator, workflow } from '@orch/core';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-blocked-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Nothing of this process goes on meanwhile: no timer, no lease, no other phase. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('a function that holds the event loop for 1.5 s is named in a warning, and the run is right', async () => {
  const warnings: string[] = [];
  const order: string[] = [];
  const orchestrator = new Orchestrator({
    backend: jsonBackend(folder),
    concurrency: 2,
    log: { info: () => undefined, warn: (message) => void warnings.push(message) },
  });
  try {
    const flow = workflow('blocked')
      .phase('before', { run: () => order.push('before') })
      .phase('holds-it', {
        dependsOn: ['before'],
        run: () => {
          block(1_500);
          return order.push('holds-it');
        },
      })
      // At work in the same time: it can only end once the loop turns again.
      .phase('beside', {
        dependsOn: ['before'],
        run: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return order.push('beside');
        },
      })
      .phase('after', { dependsOn: ['holds-it', 'beside'], run: () => order.push('after') });
    const handle = orchestrator.execute(flow, { runId: 'one' });
    await handle.result();
    const { status, phases } = await orchestrator.show('one');
    expect(status).toBe('completed');
    expect(phases.map(({ name, attempts }) => [name, attempts.length])).toEqual([
      ['before', 1],
      ['holds-it', 1],
      ['beside', 1],
      ['after', 1],
    ]);
    expect(order.toSorted()).toEqual(['after', 'before', 'beside', 'holds-it']);
    expect([order[0], order.at(-1)]).toEqual(['before', 'after']);
    expect(warnings).toEqual([expect.stringMatching(/^the event loop stood still for \d+\.\d s .*"holds-it"/)]);
  } finally {
    await orchestrator.close();
  }
});
