import type { Environment } from '@marcbachmann/cel-js';
import type { Expression, LanguageProblem, LoadedLanguage, Variable } from '@orch/core/author';
import { evaluate } from './expression/evaluate.ts';
import { parseExpression } from './expression/parse-expression.ts';
import { Problem, TooMuch } from './expression/problem.ts';
import { referencesOf } from './expression/references.ts';
import { partsOf, type Tree } from './expression/tree.ts';
import { Budget, toJson } from './expression/values.ts';
import { limits } from './limits.ts';
import { jsonSchema } from './schema/json-schema.ts';
import { withinTime } from './within-time.ts';

/** The language with the parser of expressions. zod is loaded with the first value that is checked. */
export async function loadLanguage(): Promise<LoadedLanguage> {
  const { Environment } = await import('@marcbachmann/cel-js');
  const cel = new Environment({ unlistedVariablesAreDyn: true, limits: { maxDepth: limits.expressionDepth } });
  return { expression: (source, variables) => expression(cel, source, variables), schema: jsonSchema };
}

function expression(cel: Environment, source: string, variables: readonly Variable[]): Expression | LanguageProblem {
  let tree: Tree;
  try {
    tree = parseExpression(cel, source, variables);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { problem: error.message, at: error.at };
  }
  const guarded = hasPattern(tree);
  return {
    references: referencesOf(tree),
    evaluate(scope) {
      const budget = new Budget();
      const run = () => toJson(evaluate(tree, { scope, budget }), budget);
      return guarded ? withinTime(limits.uncountedMs, run, tooLate) : run();
    },
  };
}

function hasPattern(tree: Tree): boolean {
  return tree.kind === 'matches' || partsOf(tree).some(hasPattern);
}

function tooLate(): Error {
  return new TooMuch(
    `A pattern of .matches() takes longer than ${limits.uncountedMs / 1_000} seconds on data like this`,
  );
}
