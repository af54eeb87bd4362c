import { orchError } from '@orch/core/author';
import type { Backend } from '@orch/core/author';

type Call = Exclude<keyof Backend, 'name' | 'contract'>;

/** One failure: the `at`-th call (from 1) of a method rejects, before or after it had its effect. */
export interface Fault {
  readonly call: Call;
  readonly at: number;
  /** `after`: it happened, but nobody hears of it, as when a connection breaks. */
  readonly when: 'before' | 'after';
  /** Default: `ORCH_BACKEND_UNAVAILABLE`. */
  readonly error?: Error;
}

/** A backend that fails where a test says so, and is the given one elsewhere. */
export function faultyBackend(backend: Backend, faults: readonly Fault[]): Backend {
  const counts = new Map<string, number>();
  const faultOf = (call: string): Fault | undefined => {
    const count = (counts.get(call) ?? 0) + 1;
    counts.set(call, count);
    return faults.find((fault) => fault.call === call && fault.at === count);
  };
  return new Proxy(backend, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || typeof name !== 'string') return method;
      const act = (given: readonly unknown[]): unknown => Reflect.apply(method, target, given);
      if (name === 'read') return (...given: unknown[]) => readWith(faultOf(name), () => act(given) as Read);
      return async (...given: unknown[]) => callWith(faultOf(name), () => act(given));
    },
  });
}

type Read = ReturnType<Backend['read']>;

async function callWith(fault: Fault | undefined, act: () => unknown): Promise<unknown> {
  if (fault?.when === 'before') throw errorOf(fault);
  const answer = await act();
  if (fault !== undefined) throw errorOf(fault);
  return answer;
}

async function* readWith(fault: Fault | undefined, act: () => Read): Read {
  if (fault?.when === 'before') throw errorOf(fault);
  yield* act();
  if (fault !== undefined) throw errorOf(fault);
}

function errorOf({ call, at, when, error }: Fault): Error {
  return (
    error ??
    orchError({
      code: 'ORCH_BACKEND_UNAVAILABLE',
      message: `Injected: ${call} number ${at} failed ${when} its effect.`,
    })
  );
}
