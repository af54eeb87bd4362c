import type { Environment } from '@marcbachmann/cel-js';
import type { Variable } from '@orch/core/author';
import { limits } from '../limits.ts';
import { lower } from './lower.ts';
import { measure } from './measure.ts';
import { Problem } from './problem.ts';
import { syntaxProblem } from './syntax-problem.ts';
import type { Tree } from './tree.ts';

/** Reads an expression. Throws a `Problem`, and nothing else, where the text is none. */
export function parseExpression(cel: Environment, source: string, variables: readonly Variable[]): Tree {
  if (source.length > limits.expressionLength)
    throw new Problem(
      `An expression has at most ${limits.expressionLength} characters, this one has ${source.length}`,
      limits.expressionLength,
    );
  if (source.trim() === '') throw new Problem('The expression is empty', 0);
  try {
    const { ast } = cel.parse(source);
    measure(ast);
    return lower(ast, variables);
  } catch (error) {
    throw error instanceof Problem ? error : syntaxProblem(error, source);
  }
}
