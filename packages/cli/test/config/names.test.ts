import { lchownSync, lstatSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTrusted, strangerOf } from '../../src/config/find-config.ts';
import { specifierOf } from '../../src/config/short-names.ts';

test.each([
  ['slack', 'orch-plugin-slack'],
  ['orch-plugin-slack', 'orch-plugin-slack'],
  ['@acme', '@acme/orch-plugin'],
  ['@acme/slack', '@acme/orch-plugin-slack'],
  ['@acme/orch-plugin', '@acme/orch-plugin'],
  ['@acme/orch-plugin-slack', '@acme/orch-plugin-slack'],
  ['@orch/plugin-retry', '@orch/plugin-retry'],
  ['./own.mjs', './own.mjs'],
  ['../own.mjs', '../own.mjs'],
  ['/srv/own.mjs', '/srv/own.mjs'],
  ['', undefined],
  ['.', undefined],
  ['Two Words', undefined],
  ['@acme/a/b', undefined],
  ['node:fs', undefined],
  ['https://example.org/a.mjs', undefined],
])('plugin %j is %j', (name, specifier) => {
  expect(specifierOf(name, 'plugin')).toBe(specifier);
});

test('a preset is named in the same way', () => {
  expect(['acme', '@acme', '@acme/ci', 'orch-preset-acme'].map((name) => specifierOf(name, 'preset'))).toEqual([
    'orch-preset-acme',
    '@acme/orch-preset',
    '@acme/orch-preset-ci',
    'orch-preset-acme',
  ]);
});

test('a config that is found is one of this user, of root, or of whoever called sudo', () => {
  const trusted = (owner: number, user: number | undefined, sudo?: string): boolean =>
    isTrusted(owner, { user, environment: sudo === undefined ? {} : { SUDO_UID: sudo } });
  expect([trusted(7, 7), trusted(0, 7), trusted(7, 0, '7'), trusted(7, undefined)]).toEqual([true, true, true, true]);
  expect([trusted(8, 7), trusted(7, 0), trusted(7, 0, '8'), trusted(8, 7, '8')]).toEqual([false, false, false, false]);
});

test('a link is of whoever made it, to whomsoever the file belongs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orch-cli-'));
  try {
    const link = join(folder, 'link');
    symlinkSync('/', link);
    // What root makes is trusted.
    if (process.geteuid?.() === 0) lchownSync(link, 4321, 4321);
    const { uid } = lstatSync(link);
    const file = statSync(link).uid;
    expect(uid).not.toBe(file);
    expect(strangerOf(link, { user: file, environment: {} })).toBe(uid);
    expect(strangerOf(link, { user: uid, environment: {} })).toBe(file === 0 ? undefined : file);
    expect(strangerOf('/', { user: file, environment: {} })).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
