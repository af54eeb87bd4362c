import { existsSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';
import type { Ended } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const execute = (options: readonly string[]): Promise<Ended> => ground.orch('execute', 'plan.json', ...options);

describe('a line of backends.json that was changed', () => {
  const file = '.orch/backends.json';
  const spoil = (): string => {
    ground.write(file, ground.read(file).replace('one.db', 'two.db'));
    return ground.read(file);
  };

  test('is not followed, named by every command, an error of doctor, and kept when another backend is noted', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    for (const name of ['one', 'other']) await execute(['--backend', `sqlite:${name}.db`, '--run-id', name]);
    const spoilt = spoil();
    const shown = await ground.orch('show', 'other');
    expect(shown.stderr).toMatch(
      /^warning: \/.*\/\.orch\/backends\.json is damaged in line 4, at byte 33: .*--backend only/,
    );
    expect(shown.code).toBe(0);
    const { code, stderr } = await ground.orch('show', 'one');
    expect(stderr).toMatch(/holds files of run one, but no journal[^]*--backend/);
    expect(code).toBe(5);
    const doctor = await ground.orch('doctor');
    expect(doctor.stdout).toMatch(
      /^error .*in line 4, at byte 33: .*\[ORCH_STATE_BACKENDS\]\n +Runs that are kept elsewhere/,
    );
    expect(doctor.stdout).toMatch(/error +run one: .*\[ORCH_STATE_FOREIGN\]\n +.*leave the folder alone/);
    expect(doctor.stdout).toMatch(/: 2 runs, 2 errors\./);
    expect(doctor.code).toBe(5);
    expect(ground.read(file)).toBe(spoilt);
    await execute(['--backend', 'sqlite:one.db', '--run-id', 'one']);
    expect(ground.read(file)).toContain(spoilt.split('\n')[3]);
    expect(await ground.orch('show', 'one')).toMatchObject({ code: 0 });
  });
});

test('a SQLite file that was noted and is gone is a warning of doctor, and its runs are not called junk', async () => {
  ground.plan([{ name: 'a', command: 'true' }]);
  await execute(['--backend', 'sqlite:one.db', '--run-id', 'one']);
  renameSync(ground.path('one.db'), ground.path('moved.db'));
  const { stdout, code } = await ground.orch('doctor');
  expect(stdout).toMatch(
    /^warning +\/.*\/backends\.json names sqlite:\/.*\/one\.db, and .* is not there\. \[ORCH_STATE_BACKENDS\]/,
  );
  expect(stdout).toMatch(/error +run one: .* holds no journal\. \[ORCH_STATE_FOREIGN\]/);
  expect(stdout).not.toMatch(/remove the folder/);
  expect(code).toBe(5);
  expect(existsSync(ground.path('one.db'))).toBe(false);
});
