import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { orchFile, Playground, until, waitForGo } from './orch-process.ts';

const canary = 'sesame-0f3a9c';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

/** A plan that writes its inputs to the file `out`; `more`: declared besides. */
function plan(more: object = {}, command = 'cp "$ORCH_INPUTS" out'): void {
  const inputs = { who: { type: 'string' }, jobs: { type: 'integer', default: 2 }, ...more };
  ground.plan([{ name: 'a', command, retry_count: 1 }], { inputs });
}

const out = (): unknown => JSON.parse(ground.read('out')) as unknown;

describe('inputs of execute', () => {
  test('--input comes before --inputs, that before a variable, and that before the default', async () => {
    const text = { type: 'string', default: 'default' };
    plan({ b: text, c: text, d: text });
    const file = { who: 'file', b: 'file', c: 'file' };
    ground.write('inputs.json', JSON.stringify(file));
    const args = [
      'execute',
      'plan.json',
      '--input',
      'who=first',
      '--input',
      'who=argument=1',
      '--inputs',
      'inputs.json',
    ];
    const env = { ORCH_INPUT_WHO: 'variable', ORCH_INPUT_B: 'variable', ORCH_INPUT_D: 'variable', ORCH_INPUT_E: 'x' };
    expect(await ground.start(args, { env }).ended).toMatchObject({ code: 0 });
    expect(out()).toEqual({ who: 'argument=1', b: 'file', c: 'file', d: 'variable', jobs: 2 });
  });

  test('text is converted by the declared type', async () => {
    const types = ['number', 'boolean', 'array', 'object'];
    plan(Object.fromEntries(types.map((type) => [type, { type }])));
    const words = ['who=007', 'jobs=12', 'number=-1.5e1', 'boolean=true', 'array=[1,"b"]', 'object={"a":{"b":null}}'];
    expect(await ground.orch('execute', 'plan.json', ...words.flatMap((word) => ['--input', word]))).toMatchObject({
      code: 0,
    });
    expect(out()).toEqual({
      who: '007',
      jobs: 12,
      number: -15,
      boolean: true,
      array: [1, 'b'],
      object: { a: { b: null } },
    });
  });

  test('everything that is wrong is told at once, a line each, and nothing is started', async () => {
    plan({
      mode: { type: 'string', enum: ['fast', 'slow'] },
      flag: { type: 'boolean' },
      list: { type: 'array' },
      token: { type: 'string', secret: true },
      pin: { type: 'integer', secret: true },
    });
    ground.write('inputs.json', JSON.stringify({ mod: 'fast', pin: canary }));
    const words = ['jobs=many', 'wo=x', 'mode=quick', 'flag=True', 'list=[1,', 'oops', `token=${canary}`];
    const args = [
      'execute',
      'plan.json',
      '--json',
      '--inputs',
      'inputs.json',
      ...words.flatMap((it) => ['--input', it]),
    ];
    const { code, stdout, stderr } = await ground.start(args, { env: { ORCH_DEBUG: '1' } }).ended;
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect(error.code).toBe('ORCH_INPUT_INVALID');
    expect(error.message.split('\n')).toEqual([
      'Inputs of workflow demo:',
      '  --input: it must be NAME=VALUE',
      '  token (--input): it is secret, and arguments stand in the list of processes: set ORCH_INPUT_TOKEN, or use --inputs FILE',
      '  mod (--inputs): is no input of this workflow; did you mean mode?',
      '  wo (--input): is no input of this workflow; did you mean who?',
      '  who: is missing',
      '  jobs (--input): must be a whole number, not "many"',
      '  mode (--input): must be one of "fast", "slow", not "quick"',
      '  flag (--input): must be true or false, not "True"',
      '  list (--input): must be a list, not "[1,"',
      '  pin (--inputs): must be a whole number',
    ]);
    expect(stdout + stderr + ground.read('.orch/debug.log')).not.toContain(canary);
    expect(ground.read('out')).toBe('');
    expect((await ground.json<unknown[]>('list', '--json')).length).toBe(0);
  });

  test('a workflow without inputs takes none', async () => {
    ground.plan([{ name: 'a', command: 'true' }]);
    const { code, stderr } = await ground.orch('execute', 'plan.json', '--input', 'a=1');
    expect(stderr).toContain('a (--input): is no input of this workflow');
    expect(code).toBe(2);
  });

  test.each([
    ['none.json', undefined, "it can't be read (ENOENT)"],
    ['list.json', '[1]', 'it must hold a JSON object'],
    ['bad.json', `{\n  "who": ${canary}\n}`, 'it is not JSON'],
    ['bytes.json', new Uint8Array([0x7b, 0xff]), 'it is not UTF-8'],
  ])('a file that is none is refused without a word of it (%s)', async (name, content, words) => {
    plan();
    if (content !== undefined) ground.write(name, content);
    const { code, stderr } = await ground.orch('execute', 'plan.json', '--inputs', name);
    expect(stderr).toContain(`--inputs ${name}: ${words}`);
    expect(stderr).not.toMatch(/sesame|is missing/);
    expect(code).toBe(2);
  });

  test('- is stdin', () => {
    plan();
    const { status, stderr } = spawnSync(process.execPath, [orchFile, 'execute', 'plan.json', '--inputs', '-'], {
      cwd: ground.folder,
      input: '{"who":"stdin"}',
      encoding: 'utf8',
    });
    expect(stderr).toContain('completed');
    expect(status).toBe(0);
    expect(out()).toEqual({ who: 'stdin', jobs: 2 });
  });

  test('an input without its option is not repeated, and the option is named', async () => {
    const { code, stderr } = await ground.orch('execute', 'plan.json', 'token=hush-hush, or not');
    expect(code).toBe(2);
    expect(stderr).not.toContain('hush');
    expect(stderr).toContain(
      'but got 2: plan.json, token=….\n  Before each input stands --input. See: orch execute --help',
    );
  });

  test('a mistyped option repeats nothing of what it was given', async () => {
    plan();
    const { code, stderr } = await ground.orch('execute', 'plan.json', `--inputt=token=${canary}\nand more`);
    expect(stderr).toContain("Unknown option '--inputt'.");
    expect(stderr).not.toMatch(/sesame|and more/);
    expect(code).toBe(2);
  });

  test('--run-id goes on with the same inputs only', async () => {
    plan({}, 'test -e go');
    const again = (who: string): ReturnType<Playground['orch']> =>
      ground.orch('execute', 'plan.json', '--run-id', 'one', '--input', `who=${who}`);
    expect((await again('me')).code).toBe(1);
    expect(await again('you')).toMatchObject({ code: 2, stderr: expect.stringContaining('ORCH_INPUT_CHANGED') });
    ground.write('go', '');
    expect((await again('me')).code).toBe(0);
  });
});

describe('secret inputs', () => {
  const command = `test "$ORCH_INPUT_TOKEN" = ${canary} || exit 9; test -e go`;
  const secret = { token: { type: 'string', secret: true }, pin: { type: 'integer', secret: true, required: false } };
  const env = { ORCH_INPUT_TOKEN: canary, ORCH_INPUT_WHO: 'me', ORCH_DEBUG: '1' };

  test('are asked for again by recover, by name, and stand nowhere', async () => {
    // The plan is a file that its author wrote: only here does it hold the value, to compare with.
    plan(secret, './check');
    ground.write('check', `#!/bin/sh\n${command}\n`);
    spawnSync('chmod', ['+x', ground.path('check')]);
    expect(await ground.start(['execute', 'plan.json', '--run-id', 'one'], { env }).ended).toMatchObject({ code: 1 });
    const without = await ground.orch('recover', 'one');
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('ORCH_INPUT_SECRET_MISSING') });
    expect(without.stderr).toMatch(/needs its secret inputs again.*: token\./);
    ground.write('go', '');
    // Only the secret ones are taken from the file.
    ground.write('secrets.json', JSON.stringify({ token: canary, who: 'somebody else', other: 1 }));
    expect((await ground.orch('recover', 'one', '--inputs', 'secrets.json')).code).toBe(0);
    expect((await ground.orch('events', 'one')).stdout).not.toContain(canary);
    for (const file of filesIn(ground.path('.orch'))) expect(readFileSync(file, 'latin1'), file).not.toContain(canary);
    // A run that needs nothing any more asks for nothing.
    expect((await ground.orch('recover', 'one')).code).toBe(0);
  });

  test('are taken from variables, and checked without being quoted', async () => {
    plan(secret, command);
    expect(
      (await ground.start(['execute', 'plan.json', '--run-id', 'one'], { env: { ...env, ORCH_INPUT_PIN: '7' } }).ended)
        .code,
    ).toBe(1);
    const wrong = await ground.start(['recover', 'one'], { env: { ...env, ORCH_INPUT_PIN: `${canary}x` } }).ended;
    expect(wrong.stderr).toContain('pin (ORCH_INPUT_PIN): must be a whole number');
    expect(wrong.stderr).not.toContain(canary);
    expect(wrong.code).toBe(2);
    ground.write('go', '');
    expect((await ground.start(['recover', 'one'], { env: { ...env, ORCH_INPUT_PIN: '7' } }).ended).code).toBe(0);
  });

  test('are not in the list of processes while the run is driven', async () => {
    plan(secret, waitForGo);
    const orch = ground.start(['execute', 'plan.json'], { env });
    await until(
      () => ground.lines('starts').length === 1,
      () => 'the start',
    );
    expect(spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout).not.toContain(canary);
    ground.write('go', '');
    expect((await orch.ended).code).toBe(0);
  });

  test('reach the clean-ups of a run that nobody drives and that is cancelled', async () => {
    ground.plan(
      [
        { name: 'a', command: `echo x >begun; ${waitForGo}`, retry_count: 1 },
        { name: 'clean', command: 'printf %s "$ORCH_INPUT_TOKEN" | cksum >sum', depends_on: ['a'], after: 'always' },
      ],
      { inputs: { token: secret.token } },
    );
    const env = { ORCH_INPUT_TOKEN: canary };
    const orch = ground.start(['execute', 'plan.json', '--run-id', 'one'], { env });
    await until(
      () => ground.read('begun') !== '',
      () => `a to begin: ${orch.stderr}`,
    );
    orch.kill('SIGKILL');
    await orch.ended;
    expect(await ground.orch('cancel', 'one')).toMatchObject({ code: 2, stderr: expect.stringMatching(/token/) });
    expect((await ground.start(['cancel', 'one'], { env }).ended).code).toBe(0);
    const sum = spawnSync('cksum', { input: canary, encoding: 'utf8' }).stdout;
    expect(ground.read('sum')).toBe(sum);
  });
});

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
