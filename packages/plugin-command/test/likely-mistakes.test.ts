import { describe, expect, test } from 'vitest';
import type { PhaseToCheck } from '@orch/core/author';
import { checkCommands } from '../src/check-commands.ts';

/** What is said of a phase, apart from what its program needs. */
async function said(options: PhaseToCheck['options'], more: Partial<PhaseToCheck> = {}): Promise<readonly string[]> {
  const place = { cwd: process.cwd(), path: process.env['PATH'] };
  const findings = await checkCommands([{ phase: 'a', options, dependent: false, ...more }], place);
  return findings
    .filter(({ code }) => !/NOT_FOUND|SYNTAX/.test(code))
    .map(({ code, severity, path, message, hint }) => {
      expect(message).toMatch(/^Phase "a": .{20,}\.$/);
      expect(hint).toMatch(/^.{20,}$/);
      return `${severity} ${code.replace('ORCH_PLAN_', '')} ${path.join('.')}`;
    });
}

function saysNothingOf(commands: readonly string[]): void {
  test.each(commands)('not %j', async (command) => {
    expect(await said({ command })).toEqual([]);
  });
}

describe('a command that changes its shell only', () => {
  test.each([
    'cd web',
    ' cd "my web" ',
    'export A=1',
    'A=1',
    'set -e',
    'unset A',
    'umask 022',
    'umask -S u=rwx,g=,o=',
    'ulimit -n 4096',
    'ulimit -S -c unlimited',
    'alias a=b',
    "alias ll='ls -l'",
  ])('%j', async (command) => {
    expect(await said({ command })).toEqual(['warning COMMAND_NO_EFFECT command']);
  });
  saysNothingOf([
    'cd web && make',
    'cd web; make',
    'cd web\nmake',
    'export A=$(make)',
    'A=`make`',
    'A=1 make',
    'cd',
    'ulimit -n',
    'ulimit -a',
    'ulimit -S -n',
    'umask -S',
    'umask -p',
    'alias ll',
    'alias -p',
    'make cd',
    'set',
    'cd web # make',
    '. ./env.sh',
    'source env.sh',
    'echo cd web',
  ]);
  test('not a list of words, nor the text of another language', async () => {
    expect(await said({ command: ['cd', 'web'] })).toEqual([]);
    expect(await said({ command: 'A=1', shell: 'python3' })).toEqual([]);
    expect(await said({ command: 'cd web', shell: '/bin/bash' })).toEqual(['warning COMMAND_NO_EFFECT command']);
  });
});

describe('a command that is left in the background', () => {
  test.each(['server &', 'server& ', 'make; server --port 80 >log 2>&1 &', 'a & b &\n'])('%j', async (command) => {
    expect(await said({ command })).toEqual(['warning COMMAND_BACKGROUND command']);
    expect(await said({ command, leave_running: true })).toEqual([]);
  });
  saysNothingOf(['server & wait', 'echo "a &"', 'echo a \\&', 'make # and &', 'cat <<E\na &']);
});

describe('a command that hides its failures', () => {
  test.each([
    'make || true',
    'make test||:',
    'make | grep x || exit 0',
    'make; exit 0',
    'make\ntrue\n',
    'make test; :',
    'make | tee log',
    'make 2>&1 | grep x | tee -a "my log"',
  ])('%j', async (command) => {
    expect(await said({ command })).toEqual(['warning COMMAND_NEVER_FAILS command']);
    expect(await said({ command }, { judged: true })).toEqual([]);
  });
  saysNothingOf([
    'true',
    'exit 0',
    'make || echo failed',
    'rm x || true; make',
    'set -e; make; exit 0',
    'make || exit 1; exit 0',
    'a && b || true',
    'if make; then exit 0; fi',
    'make && exit 0',
    'echo x | tee log',
    'set -o pipefail; make | tee log',
    'make | tee log && b',
    'make # || true',
    'echo "a || true"',
    'while read x; do make; done; true',
    'echo done; exit 0',
  ]);
});

test('an idle_timeout that the timeout comes before', async () => {
  const order = ['warning TIMEOUT_ORDER idle_timeout'];
  expect(await said({ command: 'make', idle_timeout: '10m' }, { timeoutMs: 300_000 })).toEqual(order);
  expect(await said({ command: 'make', idle_timeout: 300 }, { timeoutMs: 300_000 })).toEqual(order);
  expect(await said({ command: 'make', idle_timeout: 299 }, { timeoutMs: 300_000 })).toEqual([]);
  expect(await said({ command: 'make', idle_timeout: '10m' })).toEqual([]);
});
