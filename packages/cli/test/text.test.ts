import { afterEach, describe, expect, test, vi } from 'vitest';
import { clip, displayWidth, formatDuration, harmless, pad, shellWord } from '../src/view/text.ts';

afterEach(() => vi.unstubAllEnvs());

describe('where the locale has no UTF-8', () => {
  test.each([
    [{ LANG: 'C' }, 'too...', 'a?b'],
    [{ LANG: 'C.UTF-8' }, 'too l…', 'a\uFFFDb'],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX' }, 'too...', 'a?b'],
    [{ LANG: 'C', LC_CTYPE: 'en_US.utf8' }, 'too l…', 'a\uFFFDb'],
    [{}, 'too l…', 'a\uFFFDb'],
  ])('what is cut off and taken out is told in its characters: %j', (locale, clipped, cleaned) => {
    for (const name of ['LANG', 'LC_ALL', 'LC_CTYPE']) vi.stubEnv(name, undefined);
    for (const [name, value] of Object.entries(locale)) vi.stubEnv(name, value);
    expect(clip('too long', 6)).toBe(clipped);
    expect(harmless('a\u0007b')).toBe(cleaned);
    expect(clip('too long', 2)).toHaveLength(2);
  });
});

describe('harmless', () => {
  test('takes escape sequences and controls out of text', () => {
    expect(harmless('a\u001B[31mred\u001B[0m b')).toBe('ared b');
    expect(harmless('one\ntwo\rthree\u0007')).toBe('one\uFFFDtwo\uFFFDthree\uFFFD');
    expect(harmless('tab\there')).toBe('tab here');
  });

  test('takes out what reverses the direction of text', () => {
    expect(harmless('safe\u202Etxt.exe')).toBe('safe\uFFFDtxt.exe');
    expect(harmless('a\u061Cb')).toBe('a\uFFFDb');
  });

  test('takes out marks that pile up over other lines', () => {
    expect(harmless(`a${'\u0301'.repeat(500)}b`)).toBe(`a${'\u0301'.repeat(8)}b`);
  });

  test('leaves other text alone', () => {
    expect(harmless('Prüfung / 検査 "${{ x }}" __proto__')).toBe('Prüfung / 検査 "${{ x }}" __proto__');
  });
});

describe('displayWidth', () => {
  test.each([
    ['plain', 5],
    ['é', 1],
    ['e\u0301', 1],
    ['検査', 4],
    ['한국', 4],
    ['ｱ', 1],
    ['👩‍👩‍👧', 2],
    ['\u001B[1mbold\u001B[0m', 4],
    ['', 0],
  ])('%j takes %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });
});

describe('clip', () => {
  test.each([
    ['short', 10, 'short'],
    ['exactly', 7, 'exactly'],
    ['too long', 5, 'too …'],
    ['検査検査', 5, '検査…'],
    ['検査検査', 4, '検…'],
    ['anything', 0, ''],
  ])('%j in %i columns is %j', (text, columns, clipped) => {
    expect(clip(text, columns)).toBe(clipped);
    expect(displayWidth(clipped)).toBeLessThanOrEqual(columns);
  });
});

test('pad fills up by columns, not by characters', () => {
  expect(pad('検査', 6)).toBe('検査  ');
  expect(pad('longer', 3)).toBe('longer');
});

test.each([
  [0, '0.0 s'],
  [1_234, '1.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1 m 00 s'],
  [125_000, '2 m 05 s'],
  [3_600_000, '1 h 00 m'],
  [90_000_000, '1 d 01 h'],
  [Number.NaN, '0.0 s'],
  [-5, '0.0 s'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  ['plain-word_1.0/x', 'plain-word_1.0/x'],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['', "''"],
])('%j as a word of the shell is %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});
