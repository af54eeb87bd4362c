/**
 * A value, now or later. An append on a fast disk waits for nothing: it passes through every layer in one turn, without
 * a promise for each. What that is worth: docs/decisions/0010-a-commit-in-the-turn-of-its-outcome.md.
 */
export type Later<Value> = Value | Promise<Value>;

export function andThen<Value, Result>(value: Later<Value>, next: (value: Value) => Later<Result>): Later<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** Hands what a task throws, now or later, to `failed`. */
export function guard<Value>(task: () => Later<Value>, failed: (thrown: unknown) => never): Later<Value> {
  try {
    const value = task();
    return value instanceof Promise ? value.catch(failed) : value;
  } catch (error) {
    return failed(error);
  }
}

/** Calls `ended` once a task has ended, in whatever way. */
export function ending<Value>(task: () => Later<Value>, ended: () => void): Later<Value> {
  let isLater = false;
  try {
    const value = task();
    if (!(value instanceof Promise)) return value;
    isLater = true;
    return value.finally(ended);
  } finally {
    if (!isLater) ended();
  }
}
