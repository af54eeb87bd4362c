import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { stagePerTest } from './processes/stage.ts';
import type { Stage } from './processes/stage.ts';
import { failedWith, killedBy, verdictOf } from './processes/verdict.ts';
import type { Verdict } from './processes/verdict.ts';

const stage = stagePerTest();

/** Runs a command for each number through the real orch, and compares what becomes of all of them. */
async function compare(
  on: Stage,
  numbers: readonly number[],
  commandOf: (number: number) => string,
  expected: (number: number) => Verdict,
): Promise<void> {
  const { code, stderr } = await on.execute(numbers.map((n) => ({ name: `n${n}`, command: commandOf(n) }))).ended;
  expect(stderr).not.toContain('warning');
  expect(code).toBe(numbers.every((n) => expected(n).status === 'completed') ? 0 : 1);
  const phases = await on.phases();
  expect(Object.fromEntries(numbers.map((n) => [n, verdictOf(phases.get(`n${n}`)!)]))).toEqual(
    Object.fromEntries(numbers.map((n) => [n, expected(n)])),
  );
}

const exitCodes = [...range(0, 3), 64, 74, 75, 76, 99, 100, ...range(124, 146), 162, 191, 192, 193, 200, 254, 255];

test('exit codes are reported as they are', async () => {
  await compare(stage(), exitCodes, (code) => `exit ${code}`, failedWith);
});

const signals = range(1, 64).filter((n) => n !== constants.signals.SIGSTOP);
/** The kernel ignores them, or a session that nobody could take up again does. */
const ignored: ReadonlySet<number> = new Set(
  (['SIGCHLD', 'SIGCONT', 'SIGURG', 'SIGWINCH', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU'] as const).map(
    (name) => constants.signals[name],
  ),
);

test('each signal that a shell gives itself is reported as shells do, and named', async () => {
  await compare(
    stage(),
    signals,
    (n) => `ulimit -c 0; kill -${n} $$; exit 5`,
    (n) => failedWith(ignored.has(n) ? 5 : 128 + n),
  );
  const phases = await stage().phases();
  for (const n of signals.filter((it) => !ignored.has(it)))
    expect(phases.get(`n${n}`)?.attempts[0]?.error?.hint).toContain(`${128 + n} when ${nameOf(n) ?? `signal ${n}`}`);
});

test('each signal to its whole group: the shell around it keeps the exit code, or the phase fails with the signal', async () => {
  const kept: ReadonlySet<number> = new Set([1, 2, 3, 10, 12, 14, 15]);
  await compare(
    stage(),
    signals,
    (n) => `ulimit -c 0; kill -${n} 0; exit 5`,
    (n) => {
      if (ignored.has(n)) return failedWith(5);
      return kept.has(n) ? failedWith(128 + n) : killedBy(nameOf(n));
    },
  );
});

/** As Node calls it: none from 32 up. */
function nameOf(signal: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
