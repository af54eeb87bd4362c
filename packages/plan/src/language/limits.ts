/** What a plan's expressions and schemas may cost. The README has this table for people. */
export const limits = {
  /** UTF-16 units of an expression. */
  expressionLength: 4_096,
  /** Levels of an expression's tree; `a || b || c` has two. */
  expressionDepth: 200,
  /** Steps of one evaluation: parts that were evaluated, items that were looked at, characters that were made. */
  steps: 10_000_000,
  /** Levels of values that are compared or checked. */
  valueDepth: 500,
  /** Milliseconds of an evaluation or a check that has regular expressions in it: only those can't be counted. */
  patternMs: 2_000,
  /** Schemas within a schema. */
  schemas: 10_000,
} as const;
