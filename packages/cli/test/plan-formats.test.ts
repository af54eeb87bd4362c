import { afterEach, beforeEach, expect, test } from 'vitest';
import { Playground } from './orch-process.ts';
import type { Result } from './orch-process.ts';

let ground: Playground;
beforeEach(() => {
  ground = new Playground();
});
afterEach(() => ground[Symbol.dispose]());

/** A plan of which the last phase does as it is told. */
const yaml = (last: string): string => `# a plan
workflow_id: forms
x_each: &each { retry_count: 1 }
phases:
  - name: first
    <<: *each
    command: echo first >> ran
  - name: second
    <<: *each
    command: |
      echo second >> ran
      ${last}
    depends_on: [first]
`;
const jsonc = `// a plan
{ "workflow_id": "forms", "phases": [
  { "name": "first", "command": "echo first >> ran", "retry_count": 1 },
  { "name": "second", "command": "echo second >> ran", "depends_on": ["first"], "retry_count": 1 }, // mended
] }`;

test('a plan in YAML is executed, found by its path, and gone on with by one in JSON with comments', async () => {
  ground.write('plan.yaml', yaml('exit 1'));
  ground.write('plan.jsonc', jsonc);
  expect(await ground.orch('validate', 'plan.yaml')).toMatchObject({ code: 0, stderr: 'plan.yaml is valid\n' });
  expect((await ground.orch('execute', 'plan.yaml', '--run-id', 'one')).code).toBe(1);
  for (const path of ['plan.yaml', 'plan.jsonc'])
    expect(await ground.json('show', path, '--json')).toMatchObject({ runId: 'one' });
  const { code, stdout } = await ground.orch('recover', 'plan.yaml', '--plan', 'plan.jsonc', '--json');
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as Result).phases.map(({ status }) => status)).toEqual(['completed', 'completed']);
  expect(ground.lines('ran')).toEqual(['first', 'second', 'second']);
});

test('what is wrong with it is told with its place, for people and as JSON', async () => {
  ground.write('plan.yml', yaml('true').replace('command: echo first', 'comand: echo first'));
  const { code, stderr } = await ground.orch('validate', 'plan.yml');
  expect(code).toBe(2);
  expect(stderr.split('\n')).toEqual([
    'plan.yml:7:5 error ORCH_PLAN_UNKNOWN_KEY Phase "first" has an unknown key "comand".',
    '6 |     <<: *each',
    '7 |     comand: echo first >> ran',
    '  |     ^^^^^^',
    '8 |   - name: second',
    '  hint: Did you mean command?',
    '',
    'plan.yml is not valid: 1 error',
    '',
  ]);
  const answer = await ground.orch('execute', 'plan.yml', '--json');
  expect(answer.code).toBe(2);
  expect(JSON.parse(answer.stdout)).toMatchObject({
    error: { findings: [{ code: 'ORCH_PLAN_UNKNOWN_KEY', file: 'plan.yml', line: 7, column: 5, length: 6 }] },
  });
});

test('each edge of a circle is told with its line, for people and as JSON', async () => {
  const phase = (name: string, needs: string): string => `- {name: ${name}, command: "true", depends_on: [${needs}]}`;
  ground.write('plan.yaml', `workflow_id: w\nphases:\n${phase('a', 'b')}\n${phase('b', 'c')}\n${phase('c', 'a')}\n`);
  const { stderr } = await ground.orch('validate', 'plan.yaml');
  expect(stderr).toMatch(
    /^plan\.yaml:3:\d+ error ORCH_PLAN_CYCLE [^]*"a" needs "b" needs "c" needs "a"\.[^]*plan\.yaml:4:\d+ "b" needs "c"[^]*plan\.yaml:5:\d+ "c" needs "a"/,
  );
  const { stdout } = await ground.orch('validate', 'plan.yaml', '--json');
  const { findings } = JSON.parse(stdout) as {
    findings: { line: number; related: { line: number; message: string }[] }[];
  };
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({ line: 3, related: [{ line: 4 }, { line: 5, message: '"c" needs "a"' }] });
});
