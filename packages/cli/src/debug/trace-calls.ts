import { messageOf } from '@orch/core/author';
import type { DebugLog } from './debug-log.ts';

/** What is written of a call: before it, and after it. */
export interface Described<Arguments extends readonly unknown[], Answer> {
  readonly began?: (...args: Arguments) => object;
  readonly ended?: (answer: Answer, ...args: Arguments) => object;
}

type Method = (...args: never[]) => unknown;

type Calls<T> = {
  readonly [Name in keyof T as Extract<T[Name], Method> extends never ? never : Name]?: Described<
    Parameters<Extract<T[Name], Method>>,
    Awaited<ReturnType<Extract<T[Name], Method>>>
  >;
};

/** The same object, with the calls that are described written down: `<name> began`, `<name>`, `<name> failed`. */
export function traceCalls<T extends object>(target: T, calls: Calls<T>, log: DebugLog): T {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function' || typeof name !== 'string') return value;
      const described = (calls as Record<string, Described<readonly unknown[], unknown> | undefined>)[name];
      const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
      return described === undefined ? call : (...args: unknown[]) => traced({ name, call, args, described, log });
    },
  });
}

interface Traced {
  readonly name: string;
  readonly call: (...args: unknown[]) => unknown;
  readonly args: readonly unknown[];
  readonly described: Described<readonly unknown[], unknown>;
  readonly log: DebugLog;
}

/** Answers as the call does: what is not a promise stays none. */
function traced({ name, call, args, described: { began, ended }, log }: Traced): unknown {
  const begunAt = performance.now();
  const ms = (): number => Math.round((performance.now() - begunAt) * 100) / 100;
  const succeed = (answer: unknown): unknown => {
    if (ended !== undefined) log.write(name, { ...ended(answer, ...args), ms: ms() });
    return answer;
  };
  const fail = (error: unknown): never => {
    log.write(`${name} failed`, { error: messageOf(error), ms: ms() });
    throw error;
  };
  if (began !== undefined) log.write(`${name} began`, began(...args));
  try {
    const answer = call(...args);
    return answer instanceof Promise ? answer.then(succeed, fail) : succeed(answer);
  } catch (error) {
    return fail(error);
  }
}
