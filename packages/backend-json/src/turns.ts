import { ending } from './later.ts';
import type { Later } from './later.ts';

export interface Turns {
  /** Runs a task once those of the same name that came before it have ended: at once where there is none. */
  take<Result>(name: string, task: () => Later<Result>): Later<Result>;
  /** Settles when no task is left. */
  done(): Promise<void>;
}

/** One task after another for each name, however they end. */
export function turns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    take(name, task) {
      const before = last.get(name);
      const mine = before === undefined ? task() : before.then(task, task);
      if (!(mine instanceof Promise)) return mine;
      last.set(name, mine);
      return ending(
        () => mine,
        () => {
          if (last.get(name) === mine) last.delete(name);
        },
      );
    },
    async done() {
      while (last.size > 0) await Promise.allSettled(last.values());
    },
  };
}
