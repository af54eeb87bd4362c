import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { trial } from './harness.ts';
import type { Trial } from './harness.ts';

async function printed(log: string | Buffer | undefined, stdout?: string | Buffer): Promise<Trial> {
  const it = await trial('true');
  if (log !== undefined) writeFileSync(it.files.log, log);
  if (stdout !== undefined) writeFileSync(it.files.stdout, stdout);
  return it;
}

function tail(it: Trial, maxBytes: number): Promise<string> {
  return it.executor.tail!(it.attempt, maxBytes);
}

test('the end of what a command printed', async () => {
  const it = await trial('echo one; echo two >&2');
  expect(await tail(it, 100)).toBe('');
  await it.execute();
  expect(await tail(it, 100)).toBe('one\ntwo\n');
  expect(await tail(it, 5)).toBe('\ntwo\n');
  expect(await tail(it, 0)).toBe('');
  expect(await it.executor.tail!({ ...it.attempt, number: 2 }, 100)).toBe('');
  expect(readFileSync(it.files.log, 'utf8')).toBe('one\ntwo\n');
});

test('no half characters, at whatever byte it is cut', async () => {
  const text = 'aé€🙂z';
  const bytes = Buffer.from(text);
  const it = await printed(bytes);
  for (let length = 0; length <= bytes.length; length++) {
    const end = await tail(it, length);
    expect(text.endsWith(end), String(length)).toBe(true);
    expect(length - Buffer.byteLength(end), String(length)).toBeLessThan(4);
    writeFileSync(it.files.log, bytes.subarray(0, length));
    expect(text.startsWith(await tail(it, 100)), String(length)).toBe(true);
    writeFileSync(it.files.log, bytes);
  }
});

test('what is no text at all is shown as that', async () => {
  expect(await tail(await printed(Buffer.from([0x80, 0x80, 0x80, 0x80, 0xff])), 100)).toBe('\uFFFD\uFFFD');
});

test('of stdout too, where it is a file of its own: half each, or what the other one leaves', async () => {
  const it = await printed('said\n', 'printed');
  expect(await tail(it, 100)).toBe('said\nprinted');
  expect(await tail(await printed('said', 'printed'), 100)).toBe('said\nprinted');
  expect(await tail(await printed('', 'printed'), 100)).toBe('printed');
  expect(await tail(await printed('said', ''), 100)).toBe('said');
  const long = await printed(`${'l'.repeat(999)}L`, `${'s'.repeat(999)}S`);
  expect(await tail(long, 21)).toBe(`${'l'.repeat(9)}L\n${'s'.repeat(9)}S`);
  expect(await tail(await printed('L', `${'s'.repeat(999)}S`), 21)).toBe(`L\n${'s'.repeat(18)}S`);
  expect(await tail(await printed(`${'l'.repeat(999)}L`, 'S'), 21)).toBe(`${'l'.repeat(18)}L\nS`);
  for (const most of [1, 2, 3, 7, 20]) expect(Buffer.byteLength(await tail(long, most))).toBeLessThanOrEqual(most);
});
