import { expect } from 'vitest';
import type { Feature } from './feature.ts';
import { count, gate } from './ground.ts';

const three = [
  { name: 'a', command: count('a') },
  { name: 'b', depends_on: ['a'], command: count('b') },
  { name: 'c', depends_on: ['b'], command: count('c') },
];

function selecting(flag: string, chosen: string, expected: Readonly<Record<string, string>>): Feature {
  return {
    name: flag,
    async works(ground) {
      ground.plan(three);
      expect(await ground.execute({ flags: [flag, chosen] })).toMatchObject({ exit: 0, phases: expected });
    },
    async fails(ground) {
      ground.plan(three);
      const { exit, stderr } = await ground.execute({ flags: [flag, 'z'] });
      expect([exit, stderr]).toEqual([expect.toBeOneOf([2, 3]), expect.stringContaining('"z"')]);
      expect(ground.ran('a')).toBe(0);
    },
    async killed(ground) {
      const gated = three.map((phase) => ({
        ...phase,
        command:
          phase.name === chosen || (flag === '--skip' && phase.name === 'a')
            ? `${phase.command}; ${gate}`
            : phase.command,
      }));
      ground.plan(gated);
      await ground.executeAndKill({ flags: [flag, chosen] });
      expect(await ground.recover()).toMatchObject({ exit: 0, phases: expected });
      for (const name of ['a', 'b', 'c']) expect(ground.ran(name)).toBe(expected[name] === 'completed' ? 1 : 0);
    },
  };
}

const from: Feature = {
  name: 'recover --from',
  async works(ground) {
    ground.plan(three);
    await ground.execute();
    expect(await ground.recover({ flags: ['--from', 'b'] })).toMatchObject({ exit: 0 });
    expect(['a', 'b', 'c'].map((name) => ground.ran(name))).toEqual([1, 2, 2]);
  },
  async fails(ground) {
    ground.plan(three);
    await ground.execute();
    expect(await ground.recover({ flags: ['--from', 'z'] })).toMatchObject({ exit: 3 });
    expect(ground.ran('a')).toBe(1);
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: count('a') },
      { name: 'b', depends_on: ['a'], command: `${count('b')}; ${gate}` },
    ]);
    await ground.executeAndKill();
    // What runs and is to be run again is ended, not adopted.
    expect(await ground.recover({ flags: ['--from', 'b'] })).toMatchObject({ exit: 0 });
    expect([ground.ran('a'), ground.ran('b')]).toEqual([1, 2]);
  },
};

const checkpoint: Feature = {
  name: 'recover --checkpoint',
  async works(ground) {
    ground.plan(three);
    await ground.execute();
    expect(await ground.recover({ flags: ['--checkpoint', 'c'] })).toMatchObject({ exit: 0 });
    expect(['a', 'b', 'c'].map((name) => ground.ran(name))).toEqual([1, 1, 2]);
  },
  async fails(ground) {
    ground.plan(three);
    await ground.execute();
    const { exit, stderr } = await ground.recover({ flags: ['--checkpoint', 'z'] });
    expect([exit, stderr]).toEqual([3, expect.stringMatching(/a@\d+.*b@\d+.*c@\d+/s)]);
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: count('a') },
      { name: 'b', depends_on: ['a'], command: `${count('b')}; ${gate}` },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover({ flags: ['--checkpoint', 'a'] })).toMatchObject({ exit: 0 });
    expect([ground.ran('a'), ground.ran('b')]).toEqual([2, 2]);
  },
};

const corrected: Feature = {
  name: 'recover --plan',
  async works(ground) {
    ground.plan([three[0]!, { ...three[1]!, command: 'exit 3' }, three[2]!]);
    await ground.execute();
    ground.plan([...three, { name: 'd', depends_on: ['c'], command: count('d') }]);
    const answer = await ground.recover({ flags: ['--plan', 'plan.json'] });
    expect(answer).toMatchObject({
      exit: 0,
      phases: { a: 'completed', b: 'completed', c: 'completed', d: 'completed' },
    });
    expect(answer.stderr).toMatch(/"b" changed/);
    expect(answer.stderr).toMatch(/"d" is new/);
    expect(ground.ran('a')).toBe(1);
  },
  async fails(ground) {
    ground.plan([three[0]!, { ...three[1]!, command: 'exit 3' }]);
    await ground.execute();
    ground.plan(three, { workflow_id: 'other' });
    const { exit, stderr } = await ground.recover({ flags: ['--plan', 'plan.json'] });
    expect([exit, stderr]).toEqual([2, expect.stringContaining('other')]);
  },
  async killed(ground) {
    ground.plan([three[0]!, { ...three[1]!, command: `${count('b')}; ${gate}` }]);
    await ground.executeAndKill();
    // The command that runs is not that of the corrected plan: it is ended, and the new one starts.
    ground.plan(three);
    expect(await ground.recover({ flags: ['--plan', 'plan.json'] })).toMatchObject({ exit: 0 });
    expect(['a', 'b', 'c'].map((name) => ground.ran(name))).toEqual([1, 2, 1]);
  },
};

const all: Feature = {
  name: 'recover --all',
  async works(ground) {
    ground.plan([
      { name: 'a', command: gate },
      { name: 'b', depends_on: ['a'], command: count('b') },
    ]);
    await ground.executeAndKill();
    const { code, stderr } = await ground.call(['recover', '--all']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('r')]);
    expect(ground.ran('b')).toBe(1);
  },
  async fails(ground) {
    ground.plan([{ name: 'a', command: `${count('a')}; exit 3` }]);
    await ground.execute();
    // What has ended is not begun again.
    expect((await ground.call(['recover', '--all'])).code).toBe(0);
    expect(ground.ran('a')).toBe(1);
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: gate },
      { name: 'b', depends_on: ['a'], command: `${count('b')}; : >here-b; until test -e gate-b; do sleep .02; done` },
    ]);
    await ground.executeAndKill();
    const all = ground.start(['recover', '--all']);
    await ground.comesTo('here-b', all);
    all.kill('SIGKILL');
    await all.ended;
    ground.write('gate-b', '');
    expect((await ground.call(['recover', '--all'])).code).toBe(0);
    expect(ground.ran('b')).toBe(1);
  },
};

const watch: Feature = {
  name: 'watch',
  async works(ground) {
    ground.plan([
      { name: 'a', command: gate },
      { name: 'b', depends_on: ['a'], command: 'true' },
    ]);
    const orch = ground.begin();
    await orch.says(/started +a/);
    const watching = ground.start(['watch', 'r', '--output', 'plain']);
    await watching.says(/Following it/);
    ground.write('gate', '');
    expect(await watching.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/completed +b/) });
    expect((await orch.ended).code).toBe(0);
  },
  async fails(ground) {
    ground.plan([{ name: 'a', command: 'exit 3' }]);
    await ground.execute();
    expect((await ground.call(['watch', 'r', '--output', 'plain'])).code).toBe(1);
    expect((await ground.call(['watch', 'nothing-like-it'])).code).toBe(3);
  },
  async killed(ground) {
    ground.plan([{ name: 'a', command: gate }]);
    await ground.executeAndKill();
    expect((await ground.call(['watch', 'r', '--output', 'plain'])).stderr).toContain('orch recover');
  },
};

const known: Feature = {
  name: '--run-id of a known run',
  async works(ground) {
    ground.plan(three);
    await ground.execute();
    expect(await ground.execute()).toMatchObject({ exit: 0 });
    expect(ground.ran('a')).toBe(1);
  },
  async fails(ground) {
    ground.plan(three);
    await ground.execute();
    ground.plan([...three, { name: 'd', command: 'true' }]);
    expect(await ground.execute()).toMatchObject({ exit: 2 });
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: `${count('a')}; ${gate}` },
      { name: 'b', depends_on: ['a'], command: count('b') },
    ]);
    await ground.executeAndKill();
    expect(await ground.execute()).toMatchObject({ exit: 0 });
    expect([ground.ran('a'), ground.ran('b')]).toEqual([1, 1]);
  },
};

const leftOut = 'skipped: not_selected';

export const goingBackFeatures: readonly Feature[] = [
  selecting('--only', 'b', { a: leftOut, b: 'completed', c: leftOut }),
  selecting('--skip', 'b', { a: 'completed', b: 'skipped: selection', c: 'skipped: deps_not_met' }),
  selecting('--until', 'b', { a: 'completed', b: 'completed', c: leftOut }),
  from,
  checkpoint,
  corrected,
  all,
  watch,
  known,
];
