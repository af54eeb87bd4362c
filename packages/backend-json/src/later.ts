/**
 * A value, now or later. An append on a fast disk waits for nothing: it passes through every layer in one turn, without
 * a promise for each. What that is worth: docs/decisions/0010-a-commit-in-the-turn-of-its-outcome.md.
 */
export type Later<Value> = Value | Promise<Value>;
