import type { Backend } from '@orch/core/author';

/** A backend as a process sees it that is killed: from then on nothing it does has an effect or an answer. */
export interface MortalBackend {
  readonly backend: Backend;
  /** Settles when the process is dead. */
  readonly death: Promise<void>;
}

/** The process dies when the first start of a phase is committed, before it hears of it. */
export function mortalBackend(shared: Backend, phase: string): MortalBackend {
  const never = new Promise<never>(() => {});
  let isDead = false;
  let die = (): void => {};
  const death = new Promise<void>((resolve) => {
    die = () => {
      isDead = true;
      resolve();
    };
  });
  const backend = new Proxy(shared, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || name === 'read') return method;
      return async (...given: readonly unknown[]): Promise<unknown> => {
        if (isDead) return never;
        const answer: unknown = await Reflect.apply(method, target, given);
        if (name === 'append' && starts(phase, given[1])) die();
        return isDead ? never : answer;
      };
    },
  });
  return { backend, death };
}

function starts(phase: string, commit: unknown): boolean {
  const { events } = commit as Parameters<Backend['append']>[1];
  return events.some((event) => event.type === 'phase.started' && event.phase === phase);
}
