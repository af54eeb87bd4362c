import type { Expression, ExpressionScope, Json, Schema, Variable } from '@orch/core/author';
import { planLanguage } from '../../src/index.ts';

export const all: readonly Variable[] = ['inputs', 'outputs', 'phases', 'run', 'output', 'exit_code'];

export const language = await planLanguage().load();

/** An expression that must be one. */
export function expression(source: string, variables: readonly Variable[] = all): Expression {
  const made = language.expression(source, variables);
  if ('problem' in made) throw new Error(`${source}: ${made.problem}`);
  return made;
}

export function evaluate(source: string, scope: ExpressionScope = {}): Json | undefined {
  return expression(source).evaluate(scope);
}

/** Why a text is no expression. */
export function problem(
  source: string,
  variables: readonly Variable[] = all,
): { readonly problem: string; readonly at?: number } {
  const made = language.expression(source, variables);
  if (!('problem' in made)) throw new Error(`${source} is an expression`);
  return made;
}

/** A schema that must be carried out. */
export function schema(source: Json): Schema<unknown, Json> {
  const made = language.schema(source);
  if ('problem' in made) throw new Error(`${JSON.stringify(source)}: ${made.problem}`);
  return made;
}

/** What a schema has against a value: each message with its path. */
export async function issues(source: Json, value: unknown): Promise<readonly string[]> {
  const checked = await schema(source)['~standard'].validate(value);
  return (checked.issues ?? []).map(({ path = [], message }) => [...path.map(String), message].join(': '));
}
