/** What a plan's expressions and schemas may cost. The README has this table for people. */
export const limits = {
  /** UTF-16 units of an expression. */
  expressionLength: 4_096,
  /** Levels of an expression's tree; `a || b || c` has two. */
  expressionDepth: 200,
  /** Steps of one evaluation: parts that are evaluated, items that are looked at, every 16 characters of a text. */
  steps: 3_000_000,
  /** Levels of values that are compared or checked. */
  valueDepth: 500,
  /** Milliseconds of a check, and of an evaluation that has regular expressions in it: their steps can't be counted. */
  uncountedMs: 2_000,
  /** Schemas within a schema. */
  schemas: 10_000,
} as const;
