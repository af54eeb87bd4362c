import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { readState } from '../src/attempt-state.ts';
import { readStop, writeSignalled, writeStop } from '../src/stop-file.ts';
import { gated, isAlive, open, outcomeOf, startForeign, trial, writeState } from './harness.ts';

test('its files were removed while it ran: it is stopped before it is called gone', async () => {
  const it = await trial(gated, { options: { grace: '300ms' } });
  startForeign(it, gated);
  const pid = await it.running();
  for (const again of [1, 2]) {
    rmSync(join(it.files.log, '..'), { recursive: true });
    await it.executor.settle!(it.attempt.runId, new Set([it.attempt.key]));
    expect(await it.adopt(), String(again)).toEqual({ gone: true });
    expect(isAlive(pid)).toBe(false);
  }
});

test.each(['folder', 'state'])(
  'adopted, and then its %s is removed: it is stopped before it is called lost',
  async (what) => {
    const it = await trial(gated, { options: { grace: '300ms' } });
    startForeign(it, gated);
    const pid = await it.running();
    const outcome = outcomeOf(await it.adopt());
    rmSync(what === 'folder' ? join(it.files.log, '..') : it.files.state, { recursive: true });
    expect(await outcome).toEqual({ status: 'aborted', signal: 'SIGKILL' });
    expect(isAlive(pid)).toBe(false);
  },
);

test('given up by a recoverer that was killed before it could stop it', async () => {
  const it = await trial(gated);
  startForeign(it, gated);
  const pid = await it.running();
  rmSync(it.files.state);
  mkdirSync(it.files.state);
  expect(await it.adopt()).toEqual({ gone: true });
  expect(isAlive(pid)).toBe(false);
});

test('a damaged exit line is none: never another exit code', async () => {
  const it = await trial(gated);
  for (const text of ['exit 0 1', 'exit 1 0', 'exit 7', 'exit 7 77', 'exyt 0 0', 'exit 0  0']) {
    writeFileSync(it.files.state, `4194000 ${it.marker}\n${text}\n`);
    expect(await it.adopt(), text).toEqual({ gone: true });
  }
});

test('files of another attempt or run copied over its own do not count', async () => {
  const it = await trial(gated);
  const other = await trial(gated, { directory: it.directory, attempt: { runId: 'run-2' } });
  writeState(other, 4_194_000, 0);
  writeStop({ path: other.files.stop, marker: other.marker }, 'timeout', 1);
  copyFileSync(other.files.state, it.files.state);
  copyFileSync(other.files.stop, it.files.stop);
  expect(await it.adopt()).toEqual({ gone: true });
  writeState(it, 4_194_000, 0);
  expect(await outcomeOf(await it.adopt())).toMatchObject({ status: 'completed' });
});

test('files of a run that goes on, copied into another one: its commands are left alone', async () => {
  const it = await trial(gated);
  startForeign(it, gated);
  const pid = await it.running();
  const other = await trial(gated, { directory: it.directory, attempt: { runId: 'run-2' } });
  for (const file of [it.files.log, it.files.state]) copyFileSync(file, join(other.files.log, '..', basename(file)));
  await other.executor.settle!('run-2', new Set([other.attempt.key]));
  expect(isAlive(pid)).toBe(true);
  open(it);
  expect(await outcomeOf(await it.adopt())).toMatchObject({ exitCode: 7 });
});

const everyBit = [1, 2, 4, 8, 16, 32, 64, 128];

/** A file with each bit of each byte flipped, and cut at each length. */
function* damagedForms(path: string): Generator<Buffer> {
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at++) {
    yield bytes.subarray(0, at);
    for (const bit of everyBit) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ bit;
      yield flipped;
    }
  }
}

test.each([0, 7, 10, 143, 255])('no damage makes another exit code of %i', async (exitCode) => {
  const it = await trial(gated);
  writeState(it, 4_194_000, exitCode);
  const codes = new Set<number | undefined>();
  for (const bytes of damagedForms(it.files.state)) {
    writeFileSync(it.files.state, bytes);
    const state = readState(it.files.state, (marker) => marker === it.marker);
    codes.add(state.kind === 'claimed' ? state.exitCode : -1);
  }
  expect(codes).toEqual(new Set([exitCode, undefined]));
});

test('no damage makes another stop of one: it is as it was, or none', async () => {
  const it = await trial(gated);
  const file = { path: it.files.stop, marker: it.marker };
  const written = writeStop(file, 'timeout', 123_456_789);
  writeSignalled(file);
  const found = new Set<string>();
  for (const bytes of damagedForms(it.files.stop)) {
    writeFileSync(it.files.stop, bytes);
    found.add(JSON.stringify(readStop(file) ?? 'none'));
  }
  // A second SIGTERM at most: that there was one is told by the last line only.
  expect([...found].toSorted()).toEqual(['none', written].map((one) => JSON.stringify(one)).toSorted());
});
