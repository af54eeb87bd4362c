import { expect, it } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { memoryBackend } from '../../src/backend/memory-backend.ts';
import { Orchestrator } from '../../src/engine/orchestrator.ts';
import { workflow } from '../../src/spec/workflow.ts';
import { settled } from './bench.ts';

const flow = workflow('w').phase('p', { run: () => 1 });

interface Counted {
  readonly backend: Backend;
  readonly calls: string[];
  /** Lets a close that waits come to its end. */
  readonly finishClose: () => void;
}

function counted({ isSlow = false, opening = () => Promise.resolve() } = {}): Counted {
  const inner = memoryBackend();
  const calls: string[] = [];
  let finishClose = (): void => {};
  const backend: Backend = {
    ...inner,
    async open() {
      calls.push('open');
      await opening();
      await inner.open();
    },
    async close() {
      calls.push('close');
      if (isSlow) await new Promise<void>((resolve) => (finishClose = resolve));
      await inner.close();
    },
  };
  return { backend, calls, finishClose: () => finishClose() };
}

it('a backend of two orchestrators is opened once, and closed by the last of them', async () => {
  const { backend, calls } = counted();
  const [one, other] = [new Orchestrator({ backend }), new Orchestrator({ backend })];
  await Promise.all([one.execute(flow).result(), other.execute(flow).result()]);
  await one.close();
  await one.close();
  expect(await other.execute(flow).result()).toMatchObject({ status: 'completed' });
  expect(calls).toEqual(['open']);
  await other.close();
  expect(calls).toEqual(['open', 'close']);
});

it('one that never used it closes nothing', async () => {
  const { backend, calls } = counted();
  const [user, idle] = [new Orchestrator({ backend }), new Orchestrator({ backend })];
  await user.execute(flow).result();
  await idle.close();
  expect(calls).toEqual(['open']);
  await user.close();
});

it('whoever comes while it is being closed opens it again', async () => {
  const { backend, calls, finishClose } = counted({ isSlow: true });
  const first = new Orchestrator({ backend });
  await first.execute(flow).result();
  const closing = first.close();
  await settled();
  const next = new Orchestrator({ backend }).execute(flow).result();
  await settled();
  expect(calls).toEqual(['open', 'close']);
  finishClose();
  await closing;
  expect(await next).toMatchObject({ status: 'completed' });
  expect(calls).toEqual(['open', 'close', 'open']);
});

it('one that could not be opened is tried again by the next', async () => {
  let isThere = false;
  const opening = (): Promise<void> => (isThere ? Promise.resolve() : Promise.reject(new Error('no route')));
  const { backend, calls } = counted({ opening });
  const first = new Orchestrator({ backend });
  await expect(first.execute(flow).result()).rejects.toThrow('no route');
  await first.close();
  isThere = true;
  expect(await new Orchestrator({ backend }).execute(flow).result()).toMatchObject({ status: 'completed' });
  expect(calls).toEqual(['open', 'open']);
});
