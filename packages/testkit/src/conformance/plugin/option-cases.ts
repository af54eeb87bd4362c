import { strict as assert } from 'node:assert';
import { workflow } from '@orch/core';
import type { Workflow } from '@orch/core';
import { isOrchError } from '@orch/core/author';
import type { Checked, DescribedSchema, Json } from '@orch/core/author';
import { jsonSchemaProblem } from './json-schema-problem.ts';
import type { PluginCase } from './plugin-case.ts';
import type { Watch } from './watched-host.ts';
import { isPromise } from './watched-host.ts';

/** The phase options that a plugin owns. */
export const optionCases: readonly PluginCase[] = [
  {
    id: 'P08',
    title: 'describes each option as JSON Schema, of draft 2020-12 and of draft-07',
    needs: 'options',
    async run(subject) {
      const { watch } = subject.loadWith('options');
      for (const [key, schema] of watch.schemas)
        for (const target of ['draft-2020-12', 'draft-07'] as const) {
          const described = schema['~standard'].jsonSchema.input({ target });
          assert.deepEqual(JSON.parse(JSON.stringify(described)), described, `${key}: its JSON Schema is not JSON`);
          const problem = jsonSchemaProblem(described, target);
          assert.equal(problem, undefined, `${key}, ${target}: ${problem}`);
        }
    },
  },
  {
    id: 'P09',
    title: 'judges any value of an option at once, without throwing, and refuses what is none, saying why',
    needs: 'options',
    async run(subject) {
      const { watch } = subject.loadWith('options');
      for (const [key, schema] of watch.schemas) {
        const refused = garbage().filter((value) => issuesOf(key, schema, value).length > 0);
        assert.ok(refused.length > 0, `${key}: its schema refuses nothing at all`);
      }
    },
  },
  {
    id: 'P10',
    title: 'takes the values that it is meant to take, and gives them back as JSON that it takes again',
    needs: 'options',
    async run(subject) {
      const { watch, orch } = subject.loadWith('options');
      for (const [key, schema] of watch.schemas)
        for (const value of subject.valuesOf(key).takes) {
          const answer = judge(key, schema, value);
          assert.equal(answer.issues, undefined, `${key}: ${JSON.stringify(value)} was refused`);
          const given = JSON.parse(JSON.stringify(answer.value)) as Json;
          assert.deepEqual(issuesOf(key, schema, given), [], `${key}: what it gives back it does not take`);
          const about = (await orch.validate(using(watch, key, value))).filter(({ path }) => path[3] === key);
          assert.deepEqual(about, []);
        }
    },
  },
  {
    id: 'P11',
    title: 'lets no run begin with a value that it does not know',
    needs: 'options',
    async run(subject) {
      const { watch, orch } = subject.loadWith('options');
      for (const key of watch.schemas.keys())
        for (const value of subject.valuesOf(key).refuses) {
          const refusal = await orch
            .execute(using(watch, key, value))
            .result()
            .then(
              () => undefined,
              (error: unknown) => error,
            );
          assert.ok(isOrchError(refusal, 'ORCH_WORKFLOW_INVALID'), `${key}: ${JSON.stringify(value)} was not refused`);
          assert.ok(refusal.message.includes(key), `the refusal does not name ${key}`);
        }
      for await (const { runId } of orch.list()) assert.fail(`run ${runId} was made`);
    },
  },
];

type AnySchema = DescribedSchema<unknown>;

function judge(key: string, schema: AnySchema, value: unknown): Checked<unknown> {
  const answer = schema['~standard'].validate(value);
  if (isPromise(answer)) {
    Promise.resolve(answer).catch(() => undefined);
    assert.fail(`${key}: its schema is asynchronous`);
  }
  return answer;
}

/** The issues, each of a form that can be shown. */
function issuesOf(key: string, schema: AnySchema, value: unknown): readonly unknown[] {
  const { issues } = judge(key, schema, value);
  if (issues === undefined) return [];
  assert.ok(issues.length > 0, `${key}: it refused a value without an issue`);
  for (const { message } of issues) assert.ok(typeof message === 'string' && message !== '');
  return issues;
}

/** Values that are no options: some are not even JSON. */
function garbage(): readonly unknown[] {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  return [
    undefined,
    null,
    true,
    Number.NaN,
    -1,
    1e308,
    2n,
    '',
    '\0',
    '\ud800',
    Symbol('s'),
    () => 1,
    [],
    [[null]],
    {},
    Object.create(null),
    JSON.parse('{"__proto__":{"a":1},"constructor":null}'),
    new Date(0),
    new Map(),
    circle,
  ];
}

/** A workflow of one phase with this value; of the option's own kind, where it names one. */
function using({ kinds }: Watch, key: string, value: Json): Workflow {
  const base = workflow('conformance');
  if (kinds.includes(key)) return base.phase('one', { run: { kind: key, options: { [key]: value } } });
  return base.phase('one', { run: () => 1, options: [{ option: key, value }] });
}
