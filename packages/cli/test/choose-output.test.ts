import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isColoured } from '../src/view/colour.ts';
import { chooseOutput } from '../src/view/view.ts';
import { FakeStream } from './run-events.ts';

beforeEach(() => {
  vi.stubEnv('NO_COLOR', '');
  vi.stubEnv('FORCE_COLOR', undefined);
  vi.stubEnv('CI', undefined);
  vi.stubEnv('TERM', 'xterm');
});
afterEach(() => vi.unstubAllEnvs());

test('the output is what was asked for, else what the stream is', () => {
  expect(chooseOutput('none', { isTTY: true, write() {} }, {})).toBe('none');
  expect(chooseOutput(undefined, { isTTY: true, write() {} }, {})).toBe('tty');
  expect(chooseOutput(undefined, { isTTY: true, write() {} }, { TERM: 'dumb' })).toBe('plain');
  expect(chooseOutput(undefined, { isTTY: true, write() {} }, { CI: 'true' })).toBe('plain');
  expect(chooseOutput(undefined, { isTTY: true, write() {} }, { CI: 'false' })).toBe('tty');
  expect(chooseOutput(undefined, { write() {} }, {})).toBe('plain');
});

describe('colour', () => {
  test.each([
    [true, {}, true],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, {}, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
  ])('of a stream whose isTTY is %s, with %j in the environment, is %s', (isTTY, environment, expected) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(isColoured(new FakeStream({ isTTY }))).toBe(expected);
  });
});
