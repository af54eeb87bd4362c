import type { Json } from '../json.ts';
import type { Schema } from '../schema.ts';

/**
 * What turns the expressions and JSON Schemas of a definition into code. Core compiles none itself: `@orch/plan` brings
 * one (`planLanguage()`), and an orchestrator of plans is made with it.
 */
export interface Language {
  readonly contract: 1;
  /** Makes it ready; called before the first use, where a definition needs it at all, and again at each later one. */
  load(): Promise<LoadedLanguage>;
}

export interface LoadedLanguage {
  /** Parses an expression. `variables`: the names that it may read, which differ from place to place. */
  expression(source: string, variables: readonly Variable[]): Expression | LanguageProblem;
  /** Turns a JSON Schema into one that validates. What it can't carry out is a problem that names the keyword. */
  schema(jsonSchema: Json): Schema<unknown, Json> | LanguageProblem;
}

/**
 * The names that expressions may read. `inputs`: of the run. `outputs`: of the phases in `depends_on`, by name. `phases`:
 * `phases.<name>.status` of the phases in `depends_on`. `run`: `run.id`, `run.workflow`. `output`, `exit_code`: of the
 * attempt that is judged.
 */
export type Variable = 'inputs' | 'outputs' | 'phases' | 'run' | 'output' | 'exit_code';

/** What expressions read that are asked before an attempt … */
export const scopeVariables: readonly Variable[] = ['inputs', 'outputs', 'phases', 'run'];
/** … and what those read that judge one. */
export const outcomeVariables: readonly Variable[] = [...scopeVariables, 'output', 'exit_code'];

/** Values of variables, without prototypes. What is `undefined` counts as missing. */
export type ExpressionScope = { readonly [name in Variable]?: Json | undefined };

/** An expression, ready to be evaluated. Has no effects, and ends. */
export interface Expression {
  /** What it reads, each as a path from a variable, as in `['outputs', 'plan', 'risk']`; a computed key ends the path. */
  readonly references: readonly (readonly string[])[];
  /** Throws where something that it reads is missing or of the wrong type; the message is for people. */
  evaluate(scope: ExpressionScope): Json | undefined;
}

export interface LanguageProblem {
  /** One sentence without a full stop. */
  readonly problem: string;
  /** Where in the source, in UTF-16 units. */
  readonly at?: number;
  /** Where in the JSON Schema. */
  readonly path?: readonly (string | number)[];
}
