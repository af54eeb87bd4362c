import { expect, test } from 'vitest';
import { isTrusted } from '../../src/config/find-config.ts';
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
