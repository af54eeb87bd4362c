import { accepted, mark, phaseText, planText, refused, type OddPlan } from './row.ts';

const inPhase = (more: string): string => planText([phaseText({ more })]);
const withInputs = (inputs: string, phase = ''): string =>
  planText([phaseText(phase === '' ? {} : { more: phase })], `"inputs": ${inputs},`);
/** A phase `b` behind `a`. */
const behind = (more: string): string =>
  planText([phaseText(), `{"name": "b", "command": "true", "depends_on": ["a"], ${more}}`]);
const secret = '{"token": {"type": "string", "secret": true}}';

/** What phases and plans say of data, conditions and retries. */
export const rules: readonly OddPlan[] = [
  refused('an empty condition', inPhase('"if": ⟦""'), 'TYPE'),
  refused('a condition that is no text', inPhase('"if": ⟦true'), 'TYPE'),
  refused('a condition that does not end', inPhase('"if": ⟦"1 +"'), 'EXPRESSION'),
  refused(
    'a condition of a thousand brackets',
    inPhase(`"if": ⟦"${'('.repeat(1_000)}1${')'.repeat(1_000)}"`),
    'EXPRESSION',
  ),
  refused('a condition of 10,000 characters', inPhase(`"if": ⟦"${'!'.repeat(9_996)}true"`), 'TYPE'),
  refused('a condition on an input that there is not', inPhase('"if": ⟦"inputs.nothing"'), 'EXPRESSION'),
  refused('a condition on a phase before which it does not come', inPhase('"if": ⟦"outputs.b.x == 1"'), 'EXPRESSION'),
  refused('a condition on its own outcome', inPhase('"if": ⟦"exit_code == 0"'), 'EXPRESSION'),
  refused('a condition in JavaScript', inPhase('"if": ⟦"process.exit(1)"'), 'EXPRESSION'),
  refused('a condition on a prototype', inPhase('"if": ⟦"constructor.constructor"'), 'EXPRESSION'),
  refused('an unknown state to come after', behind('"after": ⟦"success"'), 'TYPE'),
  refused('a clean-up after nothing', inPhase('"after": ⟦"always"'), 'AFTER'),
  refused('a failure forgiven by a number', inPhase('"continue_on_failure": ⟦1'), 'TYPE'),
  refused('an output that is text', inPhase('"output": ⟦"stdout"'), 'TYPE'),
  refused('an output from nowhere', inPhase('"output": {"from": ⟦"stderr"}'), 'TYPE'),
  refused('an unknown key of an output', inPhase('"output": {⟦"form": "file"}'), 'UNKNOWN_KEY'),
  refused('a schema that is none', inPhase('"output": {"schema": ⟦true}'), 'TYPE'),
  refused(
    'a schema with a keyword of nobody',
    inPhase('"output": {"schema": {"type": "object", "fields": ⟦{}}}'),
    'SCHEMA',
  ),
  refused('an empty fail_when', inPhase('"fail_when": ⟦" "'), 'TYPE'),
  refused('a fail_when with a variable of nobody', inPhase('"fail_when": ⟦"result.bad"'), 'EXPRESSION'),
  refused('both ways to say how often', inPhase('"retry_count": 2, "retry": ⟦{}'), 'TYPE'),
  refused(
    'a retry with everything wrong',
    inPhase(
      '"retry": {"max_attempts": ⟦0, "delay": ⟦"soon", "jitter": ⟦"some", "on": {"pattern": ⟦"("}, "wait_until": ⟦""}',
    ),
    'TYPE',
    'TYPE',
    'TYPE',
    'TYPE',
    'TYPE',
  ),
  refused('a wait_until that is no expression', inPhase('"retry": {"wait_until": ⟦"tomorrow at"}'), 'EXPRESSION'),
  refused('a variable with an expression that does not end', inPhase('"env": {"A": ⟦"${{ run.id"}'), 'EXPRESSION'),
  refused('a variable with nothing in its expression', inPhase('"env": {"A": ⟦"${{ }}"}'), 'EXPRESSION'),
  refused('a folder with a secret in it', withInputs(secret, '"cwd": ⟦"${{ inputs.token }}"'), 'SECRET'),
  refused('inputs that are a list', withInputs('⟦[]'), 'TYPE'),
  refused('an input with a name that no variable has', withInputs('{"a-b": ⟦{"type": "string"}}'), 'TYPE'),
  refused('an input that is text', withInputs('{"a": ⟦"string"}'), 'TYPE'),
  refused('an input of no type', withInputs('{"a": {"type": ⟦"text"}}'), 'TYPE'),
  refused('a default of another type', withInputs('{"a": {"type": "integer", "default": ⟦1.5}}'), 'TYPE'),
  refused('a secret with a default', withInputs('{"a": {"type": "string", "secret": true, "default": ⟦"x"}}'), 'INPUT'),
  refused(
    'inputs that are twins as variables',
    withInputs('{"ab": {"type": "string"}, "aB": ⟦{"type": "string"}}'),
    'TYPE',
  ),
  accepted(
    'all rules at once',
    planText(
      [
        phaseText({
          more: '"if": "inputs.on && size(inputs.list) == 0", "continue_on_failure": true, "fail_when": "exit_code > 3"',
        }),
        `{"name": "b", "command": ${JSON.stringify(mark)}, "depends_on": ["a"], "after": "always", "retry": {"max_attempts": 2, "not_on": {"exit_codes": [2]}}}`,
      ],
      '"inputs": {"on": {"type": "boolean", "default": true}, "list": {"type": "array", "default": []}},',
    ),
    ['a', 'b'],
  ),
  accepted(
    'inputs named like keys of Object.prototype',
    withInputs(
      '{"constructor": {"type": "string", "default": "x"}, "__proto__": {"type": "integer", "default": 1}}',
      '"if": "inputs.constructor == \\"x\\""',
    ),
    ['a'],
    { notes: ['UNUSED_INPUT 1:98'] },
  ),
];
