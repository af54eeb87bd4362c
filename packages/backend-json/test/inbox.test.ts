import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commit, created, folder, held, opened, taking } from './stage.ts';

test('messages come in order of arrival, each id once, and leave with the commit that handles them', async () => {
  const path = folder();
  const [one, other] = [await opened(path), await opened(path)];
  const fence = await created(one);
  const ids = ['c', 'a', 'b', '../x', '\ud800 é'];
  for (const id of ids) expect(await other.post('r1', { id, body: { id } })).toBe('posted');
  expect(await one.post('r1', { id: 'a', body: 'again' })).toBe('posted');
  expect((await one.messages('r1')).map(({ id }) => id)).toEqual(ids);
  expect(await one.messages('r1')).toContainEqual({ id: 'a', body: { id: 'a' } });
  await one.append('r1', commit(fence, 1, { handled: ['c', 'b'] }));
  await other.post('r1', { id: 'd', body: 1 });
  expect((await other.messages('r1')).map(({ id }) => id)).toEqual(['a', '../x', '\ud800 é', 'd']);
  expect(readdirSync(join(path, 'runs/r1/inbox')).length).toBe(4);
});

test('a message that a crash left behind, or that is posted again, is told by the journal', async () => {
  const path = folder();
  const backend = await opened(path);
  const fence = await created(backend);
  await backend.post('r1', { id: 'm', body: 1 });
  cpSync(join(path, 'runs/r1/inbox'), join(path, 'kept'), { recursive: true });
  await backend.append('r1', commit(fence, 1, { handled: ['m'] }));
  cpSync(join(path, 'kept'), join(path, 'runs/r1/inbox'), { recursive: true });
  expect(await backend.messages('r1')).toEqual([]);
  expect(readdirSync(join(path, 'runs/r1/inbox'))).toEqual([]);
  await backend.post('r1', { id: 'm', body: 2 });
  await held(backend, 'r1', taking('second', 1));
  expect(await backend.messages('r1')).toEqual([]);
});

test('nobody posts to a run that is not there', async () => {
  const path = folder();
  const backend = await opened(path);
  expect(await backend.post('r1', { id: 'm', body: 1 })).toBe('unknown-run');
  mkdirSync(join(path, 'runs/r1'), { recursive: true });
  expect(await backend.post('r1', { id: 'm', body: 1 })).toBe('unknown-run');
  await expect(backend.messages('r1')).rejects.toMatchObject({ code: 'ORCH_RUN_UNKNOWN' });
});
