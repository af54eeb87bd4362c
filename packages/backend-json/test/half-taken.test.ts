import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failingFiles, isFlush } from './failing-files.ts';
import type { Call, FailingFiles } from './failing-files.ts';
import { commit, created, folder, held, opened, taking, versions } from './stage.ts';

const acknowledged = [1, 2, 3];

/** A run whose owner is dead: three events acknowledged, a fourth written and perhaps not; and half of a fifth. */
async function deadOwner(path: string, tail: 'whole' | 'torn'): Promise<void> {
  const files = failingFiles();
  const backend = await opened(path, files);
  const fence = await created(backend);
  for (const after of [1, 2]) await backend.append('r1', commit(fence, after));
  const file = join(path, 'runs/r1/journal-1');
  const { length } = readFileSync(file);
  files.fail = (call) => (isFlush(call) ? 'EIO' : undefined);
  await expect(backend.append('r1', commit(fence, 3))).rejects.toThrow(/EIO/);
  if (tail === 'torn') appendFileSync(file, readFileSync(file).subarray(length, -20));
}

/** As a kill does: neither this call nor one after it happens. `half`: this one writes a part, the next ones don't happen. */
function dieAt(files: FailingFiles, at: number, half: boolean): () => boolean {
  const before = files.calls.length;
  let hasDied = false;
  files.fail = (call: Call, count) => {
    const number = count - before;
    if (half && number === at && call === 'writeSync') return 'short';
    if (number < (half ? at + 1 : at)) return undefined;
    hasDied = true;
    return 'EIO';
  };
  return () => hasDied;
}

const starts = (a: readonly number[], b: readonly number[]): boolean => b.every((version, at) => a[at] === version);

test.each<['whole' | 'torn', boolean]>([
  ['whole', false],
  ['whole', true],
  ['torn', false],
  ['torn', true],
])('a taker that dies at any call leaves what was acknowledged (tail %s, call half done: %s)', async (tail, half) => {
  const left = new Set<string>();
  let deaths = 0;
  for (let at = 1; ; at++) {
    const path = folder();
    await deadOwner(path, tail);
    const files = failingFiles();
    const taker = await opened(path, files);
    const hasDied = dieAt(files, at, half);
    const answer = await taker.acquire('r1', taking('second', 1)).catch(() => undefined);
    const died = hasDied();
    files.fail = () => undefined;
    if (!died) {
      expect(answer?.status).toBe('held');
      break;
    }
    deaths++;
    const reader = await opened(path);
    const shown = await versions(reader);
    const epoch = (await reader.holder('r1'))?.epoch ?? 0;
    left.add(`epoch ${epoch}, ${shown.length} shown`);
    // Before the seal is there, readers show only what was noted as acknowledged: perhaps less, never what may be dropped.
    expect([at, shown.length > 0]).toEqual([at, true]);
    const next = await opened(path);
    const fence = await held(next, 'r1', taking('third', epoch));
    const found = await versions(next);
    expect([at, starts(found, acknowledged), starts(found, shown)]).toEqual([at, true, true]);
    expect(await next.append('r1', commit(fence, found.length))).toEqual({ status: 'ok' });
    expect(await versions(reader)).toEqual([...found, found.length + 1]);
  }
  expect(deaths).toBeGreaterThan(half ? 5 : 15);
  // Some died before their epoch was theirs, some before its seal was whole, some after it.
  expect([...left].some((it) => it.startsWith('epoch 1'))).toBe(true);
  expect([...left].some((it) => /^epoch 2, [1-3] shown$/.test(it))).toBe(true);
  expect(left).toContain('epoch 2, 4 shown');
});
