import { expect } from 'vitest';
import type { Feature } from './feature.ts';
import { count, gate } from './ground.ts';

const condition: Feature = {
  name: 'if',
  async works(ground) {
    ground.plan([
      { name: 'a', command: `echo '{"risk": "low"}'`, output: { from: 'stdout' } },
      { name: 'b', depends_on: ['a'], if: 'outputs.a.risk == "high"', command: count('b') },
      { name: 'c', depends_on: ['b'], command: count('c') },
      {
        name: 'd',
        depends_on: ['a'],
        if: 'outputs.a.risk == "low" && phases.a.status == "completed"',
        command: count('d'),
      },
    ]);
    expect(await ground.execute()).toMatchObject({
      exit: 0,
      phases: { b: 'skipped: condition', c: 'completed', d: 'completed' },
    });
    expect([ground.ran('b'), ground.ran('c')]).toEqual([0, 1]);
  },
  async fails(ground) {
    ground.plan([
      { name: 'a', command: 'echo {}', output: { from: 'stdout' } },
      { name: 'b', depends_on: ['a'], if: 'outputs.a.risk == "high"', command: count('b') },
    ]);
    const answer = await ground.execute();
    expect(answer).toMatchObject({ exit: 1, phases: { b: 'failed' } });
    expect(answer.errors['b']).toContain('ORCH_PHASE_CONDITION');
    expect(ground.ran('b')).toBe(0);
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: `${gate}; echo '{"risk": "low"}'`, output: { from: 'stdout' } },
      { name: 'b', depends_on: ['a'], if: 'outputs.a.risk == "high"', command: count('b') },
      { name: 'c', depends_on: ['b'], command: count('c') },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 0, phases: { b: 'skipped: condition', c: 'completed' } });
  },
};

const handler: Feature = {
  name: 'after: failed',
  async works(ground) {
    ground.plan([
      { name: 'a', command: 'exit 3' },
      { name: 'b', depends_on: ['a'], command: count('b') },
      { name: 'mend', depends_on: ['b'], after: 'failed', command: count('mend') },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 1, phases: { a: 'failed', mend: 'completed' } });
    expect([ground.ran('b'), ground.ran('mend')]).toEqual([0, 1]);
  },
  async fails(ground) {
    ground.plan([
      { name: 'a', command: 'true' },
      { name: 'mend', depends_on: ['a'], after: 'failed', command: count('mend') },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 0, phases: { mend: 'skipped: nothing_failed' } });
    expect(ground.ran('mend')).toBe(0);
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: `${gate}; exit 3` },
      { name: 'mend', depends_on: ['a'], after: 'failed', command: count('mend') },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 1, phases: { a: 'failed', mend: 'completed' } });
    expect(ground.ran('mend')).toBe(1);
  },
};

const cleanUp: Feature = {
  name: 'after: always',
  async works(ground) {
    ground.plan([
      { name: 'a', command: 'exit 3' },
      { name: 'b', depends_on: ['a'], command: 'true' },
      { name: 'clean', depends_on: ['b'], after: 'always', command: count('clean') },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 1, phases: { clean: 'completed' } });
    expect(ground.ran('clean')).toBe(1);
  },
  async fails(ground) {
    ground.plan(
      [
        { name: 'a', command: 'sleep 60' },
        { name: 'clean', depends_on: ['a'], after: 'always', command: count('clean') },
      ],
      { timeout: '1s' },
    );
    // The timeout of the run ends what runs; the clean-up has its own.
    expect(await ground.execute()).toMatchObject({ exit: 124, phases: { a: 'cancelled', clean: 'completed' } });
    expect(ground.ran('clean')).toBe(1);
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: 'true' },
      { name: 'clean', depends_on: ['a'], after: 'always', command: `${count('clean')}; ${gate}` },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 0, phases: { clean: 'completed' } });
    expect(ground.ran('clean')).toBe(1);
  },
};

const forgiven: Feature = {
  name: 'continue_on_failure',
  async works(ground) {
    ground.plan([
      { name: 'a', command: 'exit 3', continue_on_failure: true },
      { name: 'b', depends_on: ['a'], command: count('b') },
    ]);
    expect(await ground.execute()).toMatchObject({
      exit: 0,
      status: 'completed',
      phases: { a: 'failed', b: 'completed' },
    });
  },
  async fails(ground) {
    ground.plan([
      { name: 'a', command: 'exit 3', continue_on_failure: true },
      { name: 'b', depends_on: ['a'], command: 'exit 4' },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 1, phases: { a: 'failed', b: 'failed' } });
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: `${count('a')}; exit 3`, continue_on_failure: true },
      { name: 'b', depends_on: ['a'], command: gate },
      { name: 'c', depends_on: ['b'], command: 'true' },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 0, phases: { a: 'failed', c: 'completed' } });
    expect(ground.ran('a')).toBe(1);
  },
};

const failFast: Feature = {
  name: '--fail-fast',
  async works(ground) {
    ground.plan(
      [
        { name: 'a', command: 'sleep 60', depends_on: [] },
        { name: 'b', command: 'exit 3' },
        { name: 'c', depends_on: ['a'], command: 'true' },
        { name: 'clean', depends_on: ['c'], after: 'always', command: count('clean') },
      ],
      { concurrency: 2 },
    );
    expect(await ground.execute({ flags: ['--fail-fast'] })).toMatchObject({
      exit: 1,
      phases: { a: 'cancelled', b: 'failed', c: 'skipped: fail_fast', clean: 'completed' },
    });
  },
  async fails(ground) {
    ground.plan(
      [
        { name: 'a', command: 'exit 3', continue_on_failure: true, depends_on: [] },
        { name: 'b', depends_on: ['a'], command: 'true' },
      ],
      { concurrency: 2 },
    );
    // What is forgiven ends nothing.
    expect(await ground.execute({ flags: ['--fail-fast'] })).toMatchObject({ exit: 0, phases: { b: 'completed' } });
  },
  async killed(ground) {
    ground.plan(
      [
        { name: 'a', command: `${gate}; exit 3`, depends_on: [] },
        { name: 'b', depends_on: ['a'], command: 'true' },
        { name: 'c', command: 'sleep 60' },
      ],
      { concurrency: 2 },
    );
    await ground.executeAndKill({ flags: ['--fail-fast'] });
    expect(await ground.recover()).toMatchObject({ exit: 1, phases: { a: 'failed', c: 'cancelled' } });
  },
};

export const flowFeatures: readonly Feature[] = [condition, handler, cleanUp, forgiven, failFast];
