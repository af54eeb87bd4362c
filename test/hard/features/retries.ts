import { expect } from 'vitest';
import type { Feature } from './feature.ts';
import { count, gate } from './ground.ts';

const quick = { delay: 0.01 };
const tries = (name: string): string => `$(wc -l <ran-${name})`;

const filters: Feature = {
  name: 'retry: on and not_on',
  async works(ground) {
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: `${count('a')}; echo no route to host; test ${tries('a')} = 3`,
        retry: { ...quick, max_attempts: 5, on: { pattern: 'no route' } },
      },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 0 });
    expect(ground.ran('a')).toBe(3);
  },
  async fails(ground) {
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: `${count('a')}; exit 7`,
        retry: { ...quick, not_on: { exit_codes: [7] } },
      },
      {
        name: 'b',
        retry_count: undefined,
        command: `${count('b')}; exit 8`,
        retry: { ...quick, max_attempts: 2, not_on: { exit_codes: [7] } },
      },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 1, phases: { a: 'failed', b: 'failed' } });
    expect([ground.ran('a'), ground.ran('b')]).toEqual([1, 2]);
  },
  async killed(ground) {
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: `${count('a')}; test ${tries('a')} != 2 || { ${gate}; }; test ${tries('a')} = 3`,
        retry: { ...quick, max_attempts: 3 },
      },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 0 });
    expect(ground.ran('a')).toBe(3);
  },
};

/** Fails once with the time, in whole seconds from now, at which it may be called again. */
const limited = (seconds: number): string =>
  `${count('a')}; echo "{\\"limited\\": $(test ${tries('a')} = 1 && echo true || echo false), \\"reset\\": $(( $(date +%s) + ${seconds} ))}"`;

const waiting: Feature = {
  name: 'retry: wait_until',
  async works(ground) {
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: limited(2),
        output: { from: 'stdout' },
        fail_when: 'output.limited',
        // One attempt is all there is: waiting is charged as none.
        retry: { max_attempts: 1, wait_until: 'output.reset' },
      },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 0 });
    expect(ground.ran('a')).toBe(2);
  },
  async fails(ground) {
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: limited(3_600),
        output: { from: 'stdout' },
        fail_when: 'output.limited',
        retry: { wait_until: 'output.reset', max_elapsed: '1m' },
      },
    ]);
    const answer = await ground.execute();
    expect(answer).toMatchObject({ exit: 1, phases: { a: 'failed' } });
    expect(answer.errors['a']).toContain('There is no next attempt');
  },
  async killed(ground) {
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: `${limited(3)}; : >here`,
        output: { from: 'stdout' },
        fail_when: 'output.limited',
        retry: { max_attempts: 1, wait_until: 'output.reset' },
      },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 0 });
    expect(ground.ran('a')).toBe(2);
  },
};

const repair: Feature = {
  name: 'retry: repair',
  async works(ground) {
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: `${count('a')}; echo broken here; test -e mended`,
        retry: {
          ...quick,
          repair: {
            command: `${count('mend')}; grep -q 'broken here' "$ORCH_FAILED_LOG" && echo "$ORCH_FAILED_ATTEMPT $ORCH_FAILED_EXIT_CODE" >mended`,
          },
        },
      },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 0 });
    expect([ground.ran('a'), ground.ran('mend'), ground.read('mended')]).toEqual([2, 1, '1 1\n']);
  },
  async fails(ground) {
    ground.write('work', 'as it was\n');
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: `${count('a')}; exit 3`,
        retry: { ...quick, repair: { command: count('mend'), stop_when_unchanged: 'cat work' } },
      },
    ]);
    const answer = await ground.execute();
    expect(answer).toMatchObject({ exit: 1, phases: { a: 'failed' } });
    expect(answer.errors['a']).toContain('The repair changed nothing.');
    expect([ground.ran('a'), ground.ran('mend')]).toEqual([1, 1]);
  },
  async killed(ground) {
    ground.plan([
      {
        name: 'a',
        retry_count: undefined,
        command: `${count('a')}; test -e mended`,
        retry: { ...quick, repair: { command: `${count('mend')}; ${gate}; : >mended` } },
      },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 0 });
    expect([ground.ran('a'), ground.ran('mend')]).toEqual([2, 1]);
  },
};

export const retryFeatures: readonly Feature[] = [filters, waiting, repair];
