import { existsSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

interface Answer {
  readonly valid: boolean;
  readonly findings: readonly { readonly code: string; readonly severity: string; readonly line?: number }[];
  readonly checks: Record<string, boolean>;
}

test('a valid plan', async () => {
  ground.plan([
    { name: 'a', command: 'true' },
    { name: 'b', command: 'true', depends_on: ['a'] },
  ]);
  const { code, stdout, stderr } = await ground.orch('validate', 'plan.json');
  expect(stderr).toBe('plan.json is valid\n');
  expect(stdout).toBe('');
  expect(code).toBe(0);
  expect(existsSync(ground.path('.orch'))).toBe(false);
});

test('the JSON holds findings and the map of the founding specification', async () => {
  ground.plan([
    { name: 'a', command: 'no-such-program-of-mine --x' },
    { name: 'b', command: 'true', depends_on: ['a', 'c'] },
  ]);
  const unknown = await ground.json<Answer>('validate', 'plan.json', '--json');
  expect(unknown.valid).toBe(false);
  expect(unknown.findings).toContainEqual(
    expect.objectContaining({ code: 'ORCH_PLAN_UNKNOWN_DEP', severity: 'error', line: expect.any(Number) }),
  );
  expect(unknown.checks).toEqual({ a_deps: true, a_cmd: false, b_deps: false, b_cmd: true });

  ground.plan([{ name: 'a', command: 'no-such-program-of-mine --x', depends_on: [] }]);
  const missing = await ground.json<Answer>('validate', 'plan.json', '--json');
  expect(missing.checks).toEqual({ a_deps: true, a_cmd: false });
  const unchecked = await ground.json<Answer>('validate', 'plan.json', '--json', '--no-command-check');
  expect(unchecked).toEqual({ valid: true, findings: [], checks: { a_deps: true, a_cmd: true } });
});

test('commands are looked for in a plan with other errors too', async () => {
  ground.write(
    'plan.json',
    '{"workflow_id": "demo", "bogus": 1, "phases": [\n' +
      '  { "name": "a", "command": "no-such-program-of-mine", "depends_on": ["nowhere"], "timeout": 0 },\n' +
      '  { "name": "b" },\n' +
      '  { "name": "c", "command": "if then", "depends_on": ["c"] },\n' +
      '  { "name": "d", "command": "true", "name": "d" }\n]}\n',
  );
  const { findings, checks } = await ground.json<Answer>('validate', 'plan.json', '--json');
  expect(findings.map(({ line, code }) => `${line} ${code.slice('ORCH_PLAN_'.length)}`)).toEqual([
    '1 UNKNOWN_KEY',
    '2 COMMAND_NOT_FOUND',
    '2 UNKNOWN_DEP',
    '2 TYPE',
    '3 NO_WORK',
    '4 COMMAND_SYNTAX',
    '4 SELF_DEP',
    '5 DUPLICATE_KEY',
  ]);
  expect(checks).toEqual({
    a_deps: false,
    a_cmd: false,
    b_deps: true,
    b_cmd: false,
    c_deps: false,
    c_cmd: false,
    d_deps: true,
    d_cmd: true,
  });
  const unchecked = await ground.json<Answer>('validate', 'plan.json', '--json', '--no-command-check');
  expect(unchecked.findings).toHaveLength(6);
});

test('a path with control characters reaches the terminal as signs', async () => {
  ground.plan([{ name: 'a', command: 'true' }], { name: 'a\u001b[2J.json' });
  const { code, stderr } = await ground.orch('validate', 'a\u001b[2J.json');
  expect(code).toBe(0);
  expect(stderr).toMatch(/ is valid\n$/);
  expect(stderr).not.toContain('\u001b');
});

test('an invalid plan ends with 2 and says where', async () => {
  ground.write('plan.json', '{\n  "workflow_id": "demo",\n  "phases": [{ "name": "a", "comand": "true" }]\n}\n');
  const { code, stderr } = await ground.orch('validate', 'plan.json');
  expect(code).toBe(2);
  expect(stderr).toMatch(/plan\.json:3:\d+ error ORCH_PLAN_UNKNOWN_KEY/);
  expect(stderr).toContain('plan.json is not valid');
});

test('what is wrong with commands has its place too', async () => {
  ground.write(
    'plan.json',
    '{\n  "workflow_id": "demo",\n  "phases": [\n    { "name": "a", "command": "no-such-program-of-mine" },\n' +
      '    { "name": "b", "depends_on": ["a"], "command": "if then" }\n  ]\n}\n',
  );
  const { code, stderr } = await ground.orch('validate', 'plan.json');
  expect(stderr).toContain('plan.json:4:31 error ORCH_PLAN_COMMAND_NOT_FOUND');
  expect(stderr).toContain('plan.json:5:52 error ORCH_PLAN_COMMAND_SYNTAX');
  expect(code).toBe(2);
});

test.each(['json', 'sqlite', 'redis'])('a plan may name the backend %s, and validate opens none', async (backend) => {
  ground.plan([{ name: 'a', command: 'true' }], { state_backend: backend });
  // Nobody listens there.
  const { code, stderr } = await ground.start(['validate', 'plan.json'], { env: { REDIS_URL: 'redis://localhost:1' } })
    .ended;
  expect(stderr).toContain('plan.json is valid');
  expect(code).toBe(0);
});

test('a backend that does not exist is refused', async () => {
  ground.plan([{ name: 'a', command: 'true' }], { state_backend: 'mysql' });
  for (const command of ['validate', 'execute']) {
    const { code, stderr } = await ground.orch(command, 'plan.json');
    expect(code).toBe(2);
    expect(stderr).toContain('There is no backend "mysql"');
  }
});

test.each([
  ['missing.json', 3, 'There is no file'],
  ['.', 3, 'is a folder'],
  ['empty.json', 2, 'The file is empty'],
  ['broken.json', 2, 'ORCH_PLAN_SYNTAX'],
  ['list.json', 2, 'must be an object'],
  ['plan.yaml', 2, 'The plan has no phases'],
  // What the kernel answers of it is EIO.
  ['failing.json', 5, 'ORCH_PLAN_UNREADABLE'],
])('validate and execute %s end with %i', async (file, exitCode, words) => {
  ground.write('empty.json', '');
  ground.write('broken.json', '{"workflow_id": "a",');
  ground.write('list.json', '[]');
  ground.write('plan.yaml', 'workflow_id: a');
  symlinkSync('/proc/self/mem', ground.path('failing.json'));
  for (const command of ['validate', 'execute']) {
    const { code, stderr } = await ground.orch(command, file);
    expect(stderr).toContain(words);
    expect(code).toBe(exitCode);
  }
});

test('a mistake in every phase is shown twenty times, counted, and hides no other', async () => {
  const phases = Array.from({ length: 45 }, (_, index) => ({ name: `p${index}`, command: 'true', wrong: 1 }));
  ground.plan([...phases, { name: 'last', command: 'true', depends_on: ['nowhere'] }]);
  const { stderr } = await ground.orch('validate', 'plan.json');
  expect(stderr.match(/error ORCH_PLAN_UNKNOWN_KEY/g)).toHaveLength(20);
  expect(stderr).toContain('error ORCH_PLAN_UNKNOWN_DEP');
  expect(stderr).toContain('\n25 more ORCH_PLAN_UNKNOWN_KEY. All of them: orch validate plan.json --json\n');
  expect(stderr).toContain('plan.json is not valid: 46 errors');
  const { findings } = await ground.json<Answer>('validate', 'plan.json', '--json');
  expect(findings).toHaveLength(46);
  const executed = await ground.orch('execute', 'plan.json');
  expect(executed.stderr.match(/error ORCH_PLAN_UNKNOWN_KEY/g)).toHaveLength(20);
});
