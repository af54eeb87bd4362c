import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LastLines, lastLine, lastLines } from '../src/run/log-tail.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-log-tail-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the tail of a log', () => {
  test('is the last lines, harmless, as a terminal would show them', () => {
    const path = join(folder, 'log');
    writeFileSync(path, 'one\n 10 %\r 50 %\r100 %\n\u001B[31mthree\u001B[0m\n\n');
    expect(lastLines(path, 3)).toEqual(['100 %', 'three', '']);
    expect(lastLine(path)).toBe('three');
  });

  test('of a progress bar is what it was written over with', () => {
    const path = join(folder, 'log');
    writeFileSync(path, 'before\n 10 %\r 50 %\r\u001B[K\u001B[32m100 %\u001B[0m\r\u001B[K');
    expect(lastLine(path)).toBe('100 %');
    writeFileSync(path, 'spinning |\b/\b-\b\b\b');
    expect(lastLine(path)).toBe('spinnin');
  });

  test('is read again only once the log has changed', () => {
    const path = join(folder, 'log');
    const lines = new LastLines();
    expect(lines.of(path)).toBe('');
    writeFileSync(path, 'one\n');
    utimesSync(path, 5, 5);
    expect(lines.of(path)).toBe('one');
    lines.forget();
    // A file that says it is as it was is taken at its word.
    writeFileSync(path, 'two\n');
    utimesSync(path, 5, 5);
    expect(lines.of(path)).toBe('one');
    lines.forget();
    lines.forget();
    expect(lines.of(path)).toBe('two');
    writeFileSync(path, 'two\nthree\n');
    expect(lines.of(path)).toBe('three');
  });

  test('of a long log begins with a whole line', () => {
    const path = join(folder, 'log');
    writeFileSync(path, `${'x'.repeat(100_000)}\nlast\n`);
    expect(lastLines(path, 20)).toEqual(['last']);
  });

  test('of no log is empty', () => {
    expect(lastLines(join(folder, 'none'), 20)).toEqual([]);
    expect(lastLine(join(folder, 'none'))).toBe('');
  });
});
