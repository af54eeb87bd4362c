import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';
import type { Result } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

const first = { name: 'first', command: 'echo first >> ran' };
const good = { name: 'second', command: 'echo second >> ran', depends_on: ['first'] };
const bad = { ...good, command: 'echo bad >> ran; exit 1', retry_count: 1 };

async function failed(): Promise<void> {
  ground.plan([first, bad, { name: 'last', command: 'echo last >> ran', depends_on: ['second'] }]);
  expect((await ground.orch('execute', 'plan.json', '--run-id', 'one')).code).toBe(1);
}

describe('recover --plan', () => {
  test('goes on by the corrected plan, says what differs before it does, and keeps what is completed', async () => {
    await failed();
    ground.plan([first, good, { name: 'end', command: 'echo end >> ran', depends_on: ['second'] }], {
      name: 'new.json',
    });
    const { code, stdout, stderr } = await ground.orch('recover', 'one', '--plan', 'new.json', '--json');
    expect(code).toBe(0);
    const said = stderr.split('\n').map((line) => line.slice(9));
    expect(said.filter((line) => line.startsWith('replanned'))).toEqual([
      'replanned  phase "second" changed',
      'replanned  phase "end" is new',
      'replanned  phase "last" is gone',
    ]);
    expect(said.findIndex((line) => line.startsWith('replanned'))).toBeLessThan(
      said.findIndex((line) => line.startsWith('started     second')),
    );
    expect((JSON.parse(stdout) as Result).phases.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'first completed',
      'second completed',
      'end completed',
    ]);
    expect(stderr).toMatch(/phases: 3 completed/);
    expect(ground.lines('ran')).toEqual(['first', 'bad', 'second', 'end']);
    expect((await ground.orch('show', 'one')).stdout).toMatch(/Changes of its plan:\n {2}phase "second" changed\n/);
  });

  test('that is of another workflow, invalid or not there is refused, and nothing is started', async () => {
    await failed();
    ground.plan([first, good], { name: 'other.json', workflow_id: 'other' });
    const other = await ground.orch('recover', 'one', '--plan', 'other.json');
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('ORCH_WORKFLOW_CHANGED') });
    ground.plan([{ ...first, comand: 'x' }], { name: 'invalid.json' });
    expect((await ground.orch('recover', 'one', '--plan', 'invalid.json')).code).toBe(2);
    expect((await ground.orch('recover', 'one', '--plan', 'none.json')).code).toBe(3);
    expect(ground.lines('ran')).toEqual(['first', 'bad']);
  });

  test.each([
    ['--from', 'first'],
    ['--checkpoint', 'first'],
  ])('does not stand beside %s', async (...args) => {
    const { code, stderr } = await ground.orch('recover', 'one', '--plan', 'plan.json', ...args);
    expect(stderr).toContain('--plan');
    expect(stderr).toContain(args[0]);
    expect(code).toBe(2);
  });

  test('secret inputs are of the types of the corrected plan', async () => {
    const inputs = (type: string): object => ({ inputs: { pin: { type, secret: true } } });
    ground.plan([bad, first], inputs('string') as { inputs: object });
    const env = { ORCH_INPUT_PIN: '12' };
    await ground.start(['execute', 'plan.json', '--run-id', 'one'], { env }).ended;
    const command = 'test "$ORCH_INPUT_PIN" = 12';
    ground.plan([{ ...good, command }, first], { name: 'new.json', ...inputs('integer') });
    expect((await ground.start(['recover', 'one', '--plan', 'new.json'], { env }).ended).code).toBe(0);
  });

  test('may add a secret input, which is asked for at each take-up from then on', async () => {
    await failed();
    const command = 'test "$ORCH_INPUT_PIN" = 12 && test -e there';
    ground.plan([first, { ...bad, command }], {
      name: 'new.json',
      inputs: { pin: { type: 'string', secret: true } },
    } as { inputs: object });
    const env = { ORCH_INPUT_PIN: '12' };
    expect((await ground.start(['recover', 'one', '--plan', 'new.json'], { env }).ended).code).toBe(1);
    ground.write('there', '');
    expect(await ground.orch('recover', 'one')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ORCH_INPUT_SECRET_MISSING'),
    });
    expect((await ground.start(['recover', 'one'], { env }).ended).code).toBe(0);
  });
});
