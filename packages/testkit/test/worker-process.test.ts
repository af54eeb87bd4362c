import { expect, onTestFinished, test } from 'vitest';
import { WorkerProcess } from '../src/conformance/processes/worker-process.ts';

const memory = { module: new URL('../../core/src/index.ts', import.meta.url), name: 'memoryBackend', argument: {} };
const watching = { do: 'watch', run: 'r', until: 3 } as const;

async function started(): Promise<WorkerProcess> {
  const worker = await WorkerProcess.start(memory);
  onTestFinished(() => worker.kill());
  return worker;
}

test('a process without a backend says why', async () => {
  const module = { ...memory, name: 'nothing' };
  await expect(WorkerProcess.start(module)).rejects.toThrow(/index\.ts exports no function named nothing/);
  const nowhere = { ...memory, module: new URL('nowhere.ts', import.meta.url) };
  await expect(WorkerProcess.start(nowhere)).rejects.toThrow(/nowhere\.ts/);
});

test('what the backend rejects with arrives with its code', async () => {
  const worker = await started();
  await expect(worker.perform(watching)).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
});

test('a process that ends before it reports is no winner, and takes no further orders', async () => {
  const worker = await started();
  await worker.perform({ do: 'create', run: 'r', token: 't' });
  const ended = expect(worker.perform(watching)).rejects.toThrow(/ended with SIGKILL before it reported/);
  await worker.kill();
  await ended;
  await expect(worker.perform(watching)).rejects.toMatchObject({ code: 'ERR_IPC_CHANNEL_CLOSED' });
});
