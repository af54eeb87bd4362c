import { expect } from 'vitest';
import type { Feature, Try } from './feature.ts';
import { checksum, count, gate } from './ground.ts';

const completed = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, 'completed']));

const printing = '{"n": 3, "name": "x y"}';
const reads = {
  name: 'reads',
  depends_on: ['makes'],
  command: ['sh', '-c', 'printf %s "$1" >seen', 'sh', '${{ outputs.makes.n + 1 }}'],
};

/** A feature whose phase `makes` leaves its output in one place; `print` is the shell text that leaves a text there. */
function outputFrom(from: string, print: (text: string) => string): Feature {
  const plan = (text: string, before = 'true'): object[] => [
    { name: 'makes', command: `${count('makes')}; ${before}; ${print(text)}`, output: { from } },
    reads,
  ];
  const refused =
    (text: string): Try =>
    async (ground) => {
      ground.plan(plan(text));
      const answer = await ground.execute();
      expect(answer).toMatchObject({ exit: 1, phases: { makes: 'failed', reads: 'skipped: deps_not_met' } });
      expect(answer.errors['makes']).toContain('ORCH_PHASE_OUTPUT');
    };
  return {
    name: `output from ${from}`,
    async works(ground) {
      ground.plan(plan(printing));
      expect(await ground.execute()).toMatchObject({ exit: 0, results: { makes: { n: 3, name: 'x y' } } });
      expect(ground.read('seen')).toBe('4');
    },
    fails: refused('{"n": 3,'),
    async killed(ground) {
      ground.plan(plan(printing, gate));
      await ground.executeAndKill();
      expect(await ground.recover()).toMatchObject({ exit: 0, phases: completed('makes', 'reads') });
      expect(ground.read('seen')).toBe('4');
      expect(ground.ran('makes')).toBe(1);
    },
  };
}

const inputs: Feature = {
  name: 'inputs',
  async works(ground) {
    ground.plan([{ name: 'a', command: 'printf %s "$ORCH_INPUT_N $ORCH_INPUT_WORD" >seen; cp "$ORCH_INPUTS" all' }], {
      inputs: {
        n: { type: 'integer' },
        word: { type: 'string', default: 'hello' },
        on: { type: 'boolean', default: true },
      },
    });
    expect(await ground.execute({ flags: ['--input', 'n=3'], env: { ORCH_INPUT_WORD: '$(id) "x"' } })).toMatchObject({
      exit: 0,
    });
    expect(ground.read('seen')).toBe('3 $(id) "x"');
    expect(JSON.parse(ground.read('all'))).toEqual({ n: 3, word: '$(id) "x"', on: true });
  },
  async fails(ground) {
    ground.plan([{ name: 'a', command: `${count('a')} $ORCH_INPUT_N $ORCH_INPUT_ENV` }], {
      inputs: { n: { type: 'integer' }, env: { type: 'string', enum: ['dev', 'prod'] } },
    });
    const { exit, stderr } = await ground.execute({
      flags: ['--input', 'n=three', '--input', 'env=test', '--input', 'evn=dev'],
    });
    expect(exit).toBe(2);
    for (const problem of ['n', 'env', 'evn']) expect(stderr).toMatch(new RegExp(`\\b${problem}\\b`));
    expect(ground.ran('a')).toBe(0);
    const { code, stdout: runs } = await ground.call(['list', '--json']);
    expect(code).toBe(0);
    expect(runs).not.toContain('"r"');
  },
  async killed(ground) {
    ground.plan(
      [
        { name: 'a', command: gate },
        { name: 'b', depends_on: ['a'], command: 'printf %s "$ORCH_INPUT_N" >seen' },
      ],
      { inputs: { n: { type: 'integer' } } },
    );
    await ground.executeAndKill({ flags: ['--input', 'n=3'] });
    expect(await ground.recover()).toMatchObject({ exit: 0, phases: completed('a', 'b') });
    expect(ground.read('seen')).toBe('3');
  },
};

// Not that of the canary: its test looks at all processes, and may run beside this.
const secret = 'a-qu1et-w0rd';
const secretPlan = (before: string): [object[], object] => [
  [
    { name: 'a', command: `${before}; printf %s "$TOKEN" | cksum >sum`, env: { TOKEN: '${{ inputs.token }}' } },
    {
      name: 'b',
      depends_on: ['a'],
      command: 'printf %s "$ORCH_INPUT_TOKEN" | cksum >sum2; ! grep -q token "$ORCH_INPUTS"',
    },
  ],
  { inputs: { token: { type: 'string', secret: true }, other: { type: 'string', default: 'x' } } },
];

const secrets: Feature = {
  name: 'secret inputs',
  async works(ground) {
    ground.plan(...secretPlan('true'));
    expect(await ground.execute({ env: { ORCH_INPUT_TOKEN: secret } })).toMatchObject({ exit: 0 });
    expect([ground.read('sum'), ground.read('sum2')]).toEqual([checksum(secret), checksum(secret)]);
  },
  async fails(ground) {
    ground.plan(...secretPlan('true'));
    const { exit, stderr } = await ground.execute({ flags: ['--input', `token=${secret}`] });
    expect(exit).toBe(2);
    expect(stderr).toContain('ORCH_INPUT_TOKEN');
    expect(stderr).not.toContain(secret);
  },
  async killed(ground) {
    ground.plan(...secretPlan(gate));
    await ground.executeAndKill({ env: { ORCH_INPUT_TOKEN: secret } });
    const without = await ground.recover();
    expect(without).toMatchObject({ exit: 2 });
    expect(without.stderr).toContain('token');
    expect(await ground.recover({ env: { ORCH_INPUT_TOKEN: secret } })).toMatchObject({
      exit: 0,
      phases: completed('a', 'b'),
    });
    expect([ground.read('sum'), ground.read('sum2')]).toEqual([checksum(secret), checksum(secret)]);
  },
};

const schema: Feature = {
  name: 'schema of an output',
  async works(ground) {
    ground.plan([
      {
        name: 'a',
        command: `echo '{"n": 3}'`,
        output: { from: 'stdout', schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
      },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 0, results: { a: { n: 3 } } });
  },
  async fails(ground) {
    ground.plan([
      {
        name: 'a',
        command: `echo '{"n": "three"}'`,
        output: { from: 'stdout', schema: { type: 'object', properties: { n: { type: 'integer' } } } },
      },
    ]);
    const answer = await ground.execute();
    expect(answer).toMatchObject({ exit: 1, phases: { a: 'failed' } });
    expect(answer.errors['a']).toMatch(/ORCH_PHASE_OUTPUT.*n/);
  },
  async killed(ground) {
    ground.plan([
      {
        name: 'a',
        command: `${gate}; echo '{"n": "three"}'`,
        output: { from: 'stdout', schema: { type: 'object', properties: { n: { type: 'integer' } } } },
      },
    ]);
    await ground.executeAndKill();
    expect((await ground.recover()).errors['a']).toContain('ORCH_PHASE_OUTPUT');
  },
};

const failWhen: Feature = {
  name: 'fail_when',
  async works(ground) {
    ground.plan([
      { name: 'a', command: `echo '{"failures": 0}'`, output: { from: 'stdout' }, fail_when: 'output.failures > 0' },
      { name: 'b', command: 'exit 1', fail_when: 'exit_code > 1' },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 0, phases: completed('a', 'b') });
  },
  async fails(ground) {
    ground.plan([
      { name: 'a', command: `echo '{"failures": 2}'`, output: { from: 'stdout' }, fail_when: 'output.failures > 0' },
    ]);
    const answer = await ground.execute();
    expect(answer).toMatchObject({ exit: 1, phases: { a: 'failed' } });
    expect(answer.errors['a']).toContain('ORCH_PHASE_FAIL_WHEN');
  },
  async killed(ground) {
    ground.plan([{ name: 'a', command: `${gate}; exit 1`, fail_when: 'exit_code > 1' }]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 0, phases: completed('a') });
  },
};

const templates: Feature = {
  name: '${{ … }} in arguments, env and cwd',
  async works(ground) {
    ground.plan([
      { name: 'a', command: `mkdir -p 'new folder'; echo '{"folder": "new folder"}'`, output: { from: 'stdout' } },
      {
        name: 'b',
        depends_on: ['a'],
        cwd: '${{ outputs.a.folder }}',
        env: { WORD: '<${{ run.id }}>' },
        command: ['sh', '-c', 'printf "%s %s" "$WORD" "$1" >seen', 'sh', '${{ outputs }}'],
      },
    ]);
    expect(await ground.execute()).toMatchObject({ exit: 0 });
    expect(ground.read('new folder/seen')).toBe('<r> {"a":{"folder":"new folder"}}');
  },
  async fails(ground) {
    ground.plan([
      { name: 'a', command: 'echo {}', output: { from: 'stdout' } },
      { name: 'b', depends_on: ['a'], command: ['sh', '-c', count('b'), '${{ outputs.a.version }}'] },
    ]);
    const answer = await ground.execute();
    expect(answer).toMatchObject({ exit: 1, phases: { b: 'failed' } });
    expect(answer.errors['b']).toMatch(/ORCH_PHASE_EXPRESSION.*version/);
    expect(ground.ran('b')).toBe(0);
  },
  async killed(ground) {
    ground.plan([
      { name: 'a', command: 'echo 7', output: { from: 'stdout' } },
      {
        name: 'b',
        depends_on: ['a'],
        command: ['sh', '-c', `${count('b')}; ${gate}; printf %s "$1" >seen`, 'sh', '${{ outputs.a }}'],
      },
      {
        name: 'c',
        depends_on: ['a', 'b'],
        command: ['sh', '-c', 'printf %s "$1" >seen2', 'sh', '${{ outputs.a * 2 }}'],
      },
    ]);
    await ground.executeAndKill();
    expect(await ground.recover()).toMatchObject({ exit: 0 });
    expect([ground.read('seen'), ground.read('seen2'), ground.ran('b')]).toEqual(['7', '14', 1]);
  },
};

export const dataFeatures: readonly Feature[] = [
  inputs,
  secrets,
  outputFrom('file', (text) => `printf %s '${text}' >"$ORCH_OUTPUT"`),
  outputFrom('stdout', (text) => `echo words for people >&2; printf %s '${text}'`),
  outputFrom('stdout-last-line', (text) => `echo words for people; echo '${text}'`),
  schema,
  failWhen,
  templates,
];
