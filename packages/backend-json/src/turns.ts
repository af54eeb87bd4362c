export interface Turns {
  /** Runs a task once those of the same name that came before it have ended. */
  take<Result>(name: string, task: () => Promise<Result>): Promise<Result>;
  /** Settles when no task is left. */
  done(): Promise<void>;
}

/** One task after another for each name, however they end. */
export function turns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(name, task) {
      const before = last.get(name);
      const mine = before === undefined ? task() : before.then(task, task);
      last.set(name, mine);
      try {
        return await mine;
      } finally {
        if (last.get(name) === mine) last.delete(name);
      }
    },
    async done() {
      while (last.size > 0) await Promise.allSettled(last.values());
    },
  };
}
