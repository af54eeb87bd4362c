import { afterAll, describe, expect, test } from 'vitest';
import { entries, exitCodes } from '../src/catalogue.ts';
import { Playground } from './orch-process.ts';

const ground = new Playground();
afterAll(() => ground[Symbol.dispose]());

const codesIn = (help: string): readonly string[] =>
  [...help.slice(help.indexOf('Exit codes:')).matchAll(/^ +(\d+) {2}/gm)].map(([, code]) => code ?? '');

test('help goes to stdout, names every command once, and all exit codes', async () => {
  const { code, stdout, stderr } = await ground.orch('--help');
  expect(code).toBe(0);
  expect(stderr).toBe('');
  for (const [command] of entries()) expect(stdout.match(new RegExp(`^  ${command}(?![\\w-])`, 'gm'))).toHaveLength(1);
  expect(codesIn(stdout)).toEqual(Object.values(exitCodes).map(String));
});

test.each(['', ...entries().map(([command]) => command)])(
  'help of "%s" fits 80 columns and begins with an example',
  async (command) => {
    const { code, stdout } = await ground.orch(...(command === '' ? [] : [command]), '--help');
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toMatch(
      command === '' ? /^.*\n\nExamples:\n {2}orch execute/ : new RegExp(`^Examples:\n  orch ${command}`),
    );
    expect(codesIn(stdout)).toEqual(expect.arrayContaining(['0', '2', '5']));
    if (command !== '') expect(await ground.orch('help', command)).toEqual(await ground.orch(command, '--help'));
  },
);

test.each([
  ['execute', /^ +130 {2}SIGINT: stopped, recover goes on$/m],
  ['watch', /^ +130 {2}SIGINT: the run goes on; or nobody drives it, recover goes on$/m],
  ['backup', /^ +129 {2}SIGHUP: there is no backup.*\n +130 {2}SIGINT: there is no backup.*\n +143 {2}SIGTERM: there/m],
  ['init', /^ +130 {2}SIGINT: nothing was written$/m],
])('help of %s says what a signal does there', async (command, words) => {
  expect((await ground.orch(command, '--help')).stdout).toMatch(words);
});

test('help of a command that there is not: refused as the command is', async () => {
  const alone = await ground.orch('excute');
  expect(alone).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Did you mean execute?') });
  expect(await ground.orch('help', 'excute')).toEqual(alone);
});

test('the version is one line', async () => {
  expect(await ground.orch('--version')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

describe('wrong usage ends with 2 and says what is right', () => {
  test.each<[string[], RegExp]>([
    [[], /Usage: orch/],
    [['exicute', 'plan.json'], /Unknown command 'exicute'[^]*execute/],
    [['execute'], /Missing required argument 'plan'[^]*orch execute --help/],
    [['execute', 'a', 'b'], /Too many arguments/],
    [['run', 'plan.json', '--concurency', '2'], /'--concurency'[^]*--concurrency/],
    [['execute', 'plan.json', '--concurrency', '0'], /whole number, 1 or more/],
    [['list', '--state-dir='], /must not be empty/],
    [['execute', 'plan.json', '--concurrency', 'many'], /whole number, 1 or more/],
    [['events', 'x', '--after', '-1'], /whole number, 0 or more/],
    [['execute', 'plan.json', '--output', 'loud'], /no such output[^]*plain/],
    [['recover', 'x', '--checkpoint', 'a', '--from', 'b'], /--checkpoint[^]*--from/],
    [['list', '--status', 'done'], /completed/],
    [['recover'], /Missing required argument 'run'[^]*orch recover --help/],
    [['recover', 'x', '--all'], /leave the run out/],
    [['recover', '--all', '--from', 'b'], /--all[^]*--from/],
    [['execute', 'plan.json', '--input'], /'--input <name=value>' argument missing/],
  ])('orch %j', async (args, words) => {
    const { code, stdout, stderr } = await ground.orch(...args);
    expect(stderr).toMatch(words);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe('what a later release will have is refused by name', () => {
  test.each([
    [['execute', 'plan.json', '--detach'], '--detach is not supported yet'],
    [['execute', 'plan.json', '--dry-run'], '--dry-run is not supported yet'],
    [['execute', 'plan.json', '--no-wait'], '--no-wait is not supported yet'],
    [['resume', 'x', '--detach'], '--detach is not supported yet'],
    [['execute', 'plan.json', '--output', 'gitlab'], 'There is no such output'],
    [['approve', 'x', 'y'], 'The command approve is not supported yet'],
  ])('orch %j', async (args, words) => {
    const { code, stderr } = await ground.orch(...args);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});

test('an error is JSON too, for who asked for JSON', async () => {
  const { code, stdout } = await ground.orch('execute', 'none.json', '--json');
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'ORCH_PLAN_NOT_FOUND' } });
});
