import { orchError } from '@orch/core/author';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { reportError } from '../src/report-error.ts';

let said = '';
let printed = '';

beforeEach(() => {
  said = printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said += String(text)), true));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed += String(text)), true));
});
afterEach(() => vi.restoreAllMocks());

test('an error of orch is its message, hint and code', () => {
  const error = orchError({ code: 'ORCH_RUN_OWNED', message: 'Somebody drives it.', hint: 'Wait.' });
  expect(reportError(error, ['recover', 'a b', '--json'])).toBe(4);
  expect(said).toBe("orch: Somebody drives it.\n  Wait.\n  Next: orch show 'a b'\n  [ORCH_RUN_OWNED]\n");
  expect(JSON.parse(printed)).toMatchObject({
    error: { code: 'ORCH_RUN_OWNED', message: 'Somebody drives it.', hint: 'Wait.', next: "orch show 'a b'" },
  });
});

test('anything else is a bug, says how to report it, and shows no stack', () => {
  expect(reportError(new TypeError('x is not a function'))).toBe(5);
  expect(said).toContain('This is a bug in orch: x is not a function');
  expect(said).toContain('ORCH_DEBUG=1');
  expect(said).toContain('[ORCH_INTERNAL]');
  expect(said).not.toMatch(/^ +at /m);
  expect(printed).toBe('');
});

test('what the file system refuses is no bug', () => {
  expect(reportError(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))).toBe(5);
  expect(said).toMatch(/^orch: ENOSPC.*\n  .+ulimit.+\n  Next: orch doctor\n  \[ORCH_BACKEND_UNAVAILABLE\]\n$/);
});

test.each(['ELOOP', 'ENAMETOOLONG', 'ESTALE', 'EIO'])('nor is a place that %s says is none', (code) => {
  expect(reportError(Object.assign(new Error(`${code}: why`), { code }))).toBe(5);
  expect(said).toContain('[ORCH_BACKEND_UNAVAILABLE]');
});

test('so it is where Node cannot read a package of ours, and says it in words of its own', () => {
  const refused = new Error('Cannot read package config /a/package.json: too many open files.');
  expect(reportError(Object.assign(refused, { code: 'ERR_INVALID_PACKAGE_CONFIG' }))).toBe(5);
  expect(said).toContain('[ORCH_BACKEND_UNAVAILABLE]');
});

test('what is thrown need not be an error', () => {
  expect(reportError('a word')).toBe(5);
  expect(said).toContain('a word');
});
