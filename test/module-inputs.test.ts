// Inputs of workflows in TypeScript: a schema of somebody else's says what they are.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ended, Result } from '../packages/cli/test/orch-process.ts';
import { ModuleGround, moduleHead as head } from './module-ground.ts';

let ground: ModuleGround;
beforeEach(() => {
  ground = new ModuleGround();
});
afterEach(() => ground[Symbol.dispose]());

const resultOf = ({ stdout }: Ended): Result => JSON.parse(stdout) as Result;

const plan = (schema: string): string =>
  ground.write(
    'plan.mts',
    `${head}import { z } from 'zod';
export default workflow('asks', { inputs: ${schema}, secrets: ['token'] })
.phase('a', { run: ({ inputs: { token, ...rest } }) => ({ ...rest, token: token.length }) })
.phase('b', { dependsOn: ['a'], run: () => { if (!existsSync('go')) throw new Error('not yet'); } });
`,
  );

test('text is converted by the schema; a secret comes from its variable, and is asked for again', async () => {
  plan(
    'z.object({ version: z.string(), n: z.number(), flag: z.boolean().default(false), any: z.union([z.number(), z.array(z.number())]), token: z.string() })',
  );
  const args = [
    'execute',
    'plan.mts',
    '--json',
    ...['version=12', 'n=4', 'flag=true', 'any=[1]'].flatMap((it) => ['--input', it]),
  ];
  const ended = await ground.built(args, { ORCH_INPUT_TOKEN: 'hush-hush' }).ended;
  expect(resultOf(ended).phases[0]?.result).toEqual({ version: '12', n: 4, flag: true, any: [1], token: 9 });
  expect(ended.stderr + ended.stdout).not.toContain('hush-hush');
  ground.write('go', '');
  expect(await ground.orch('recover', 'plan.mts')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ORCH_INPUT_TOKEN') as string,
  });
  expect((await ground.built(['recover', 'plan.mts'], { ORCH_INPUT_TOKEN: 'hush-hush' }).ended).code).toBe(0);
});

test('a misspelt name, a secret argument and a value that does not fit start nothing', async () => {
  plan('z.object({ version: z.string(), token: z.string() })');
  const wrong = await ground.orch('execute', 'plan.mts', '--input', 'versoin=1', '--input', 'token=abcdef');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('versoin (--input): is no input of this workflow; did you mean version?');
  expect(wrong.stderr).toContain('token (--input): it is secret');
  const missing = await ground.built(['execute', 'plan.mts'], { ORCH_INPUT_TOKEN: 'abcdef' }).ended;
  expect(missing.code).toBe(2);
  expect(missing.stderr).toContain('version: Invalid input');
  expect(ground.read('.orch/.gitignore')).toBe('');
});

test('a schema that does not describe itself takes text, and JSON where it wants that', async () => {
  ground.write(
    'plan.mts',
    `${head}const schema = { '~standard': { version: 1 as const, vendor: 'own', validate: (value: any) =>
typeof value.n === 'number' && value.text === '7' ? { value } : { issues: [{ message: 'wants a number', path: ['n'] }] } } };
export default workflow('own', { inputs: schema }).phase('a', { run: ({ inputs }) => inputs });
`,
  );
  const ended = await ground.orch('execute', 'plan.mts', '--json', '--input', 'n=7', '--input', 'text=7');
  expect(resultOf(ended).phases[0]?.result).toEqual({ n: 7, text: '7' });
});
