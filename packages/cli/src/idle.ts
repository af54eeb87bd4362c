let waiting: (() => void) | undefined;

/** Whoever waits for something that may never come is told when nothing is left that could bring it. One at a time. */
export function listenWhenIdle(listener: () => void): Disposable {
  waiting = listener;
  return {
    [Symbol.dispose]() {
      if (waiting === listener) waiting = undefined;
    },
  };
}

/** Tells whoever waits; `false`: nobody does. */
export function tellIdle(): boolean {
  if (waiting === undefined) return false;
  // Keeps the process alive until it was heard.
  setImmediate(waiting);
  return true;
}
