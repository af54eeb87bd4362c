import { afterEach, expect, it, vi } from 'vitest';
import { available } from './hard/need.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** A machine that has nothing. */
function onABareMachine(): void {
  vi.stubEnv('PATH', '/nowhere');
}

it('a suite is left out aloud where the machine lacks what it needs, and nobody requires it', () => {
  vi.stubEnv('ORCH_REQUIRE', 'strace');
  onABareMachine();
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(available('zsh')).toBe(false);
  expect(said).toHaveBeenCalledWith(expect.stringContaining('NOT RUN: zsh is missing'));
});

it('it fails where ORCH_REQUIRE names that', () => {
  vi.stubEnv('ORCH_REQUIRE', 'strace,zsh');
  onABareMachine();
  expect(() => available('zsh')).toThrow('ORCH_REQUIRE asks for zsh');
});

it.each(['strase', 'strace,', 'strace, zsh', 'toString'])('it fails where ORCH_REQUIRE is misspelt: %j', (list) => {
  vi.stubEnv('ORCH_REQUIRE', list);
  expect(() => available('strace')).toThrow(/^ORCH_REQUIRE names ".*"; there are: strace, /);
});
