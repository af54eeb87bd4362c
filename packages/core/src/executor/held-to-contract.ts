import { isThenable } from '../hooks/thenable.ts';
import { failureClasses } from '../run/event.ts';
import { show } from '../show.ts';
import type { Adopted, Attempt, Executor, Outcome } from './executor.ts';
import { completedWith } from './function-output.ts';
import { withOwnFields } from './own-copies.ts';

/**
 * The executor of a plugin, its answers held against the contract: it may be plain JavaScript. What is no outcome fails the
 * attempt, by name of the plugin; what `adopt` answers is never read as gone unless it says so.
 */
export function heldToContract(plugin: string, executor: Executor): Executor {
  // Not around the executor itself: a proxy may not answer otherwise than a frozen object.
  return new Proxy<Executor>({} as Executor, {
    has: (_, name) => name in executor,
    get(_, name) {
      const value: unknown = Reflect.get(executor, name, executor);
      if (typeof value !== 'function') return value;
      const call = async (...given: readonly unknown[]): Promise<unknown> =>
        (await Reflect.apply(value, executor, given)) as unknown;
      if (name === 'execute')
        return async (attempt: Attempt, context: object) =>
          asOutcome(plugin, name, await call(withOwnFields(attempt), context));
      if (name === 'adopt')
        return async (attempt: Attempt, context: object) =>
          asAdopted(plugin, await call(withOwnFields(attempt), context));
      return call;
    },
  });
}

function asAdopted(plugin: string, answer: unknown): Adopted {
  if (isObject(answer)) {
    const { gone, outcome } = answer;
    if (gone === true && outcome === undefined) return { gone };
    if (gone === undefined && isThenable(outcome))
      return { outcome: Promise.resolve(outcome).then((it) => asOutcome(plugin, 'adopt', it)) };
  }
  throw new TypeError(
    `adopt of plugin ${JSON.stringify(plugin)} answered ${show(answer)}: neither { gone: true } nor { outcome }, a promise`,
  );
}

function asOutcome(plugin: string, method: 'adopt' | 'execute', answer: unknown): Outcome {
  const problem = isObject(answer) ? problemIn(answer) : 'that is no outcome';
  if (problem !== undefined)
    return {
      status: 'failed',
      class: 'plugin',
      error: {
        code: 'ORCH_EXECUTOR_ANSWER',
        message: `${method} of plugin ${JSON.stringify(plugin)} answered ${show(answer)}: ${problem}.`,
        hint: 'Its executor must answer { status: "completed", output? }, { status: "failed", class, error: { code, message } } or { status: "aborted" }.',
      },
    };
  return withStoredOutput(answer as Outcome);
}

/** The output as the journal gives it back; success with one that JSON can't hold is none. */
function withStoredOutput(outcome: Outcome): Outcome {
  if (outcome.status === 'aborted' || outcome.output === undefined) return outcome;
  const { output, ...rest } = outcome;
  const stored = completedWith(output);
  if (stored.status === 'completed') return { ...rest, output: stored.output! };
  if (rest.status === 'failed') return rest;
  const { status: _, ...end } = rest;
  return { ...end, ...stored };
}

/** What is wrong with the form of an outcome; `undefined`: nothing. */
function problemIn({
  status,
  class: kind,
  error,
  exitCode,
  signal,
  note,
}: Record<string, unknown>): string | undefined {
  if (status !== 'completed' && status !== 'failed' && status !== 'aborted')
    return `${show(status)} is no status of an attempt`;
  if (exitCode !== undefined && !Number.isSafeInteger(exitCode)) return 'its exitCode is no whole number';
  if (signal !== undefined && typeof signal !== 'string') return 'its signal is no text';
  if (note !== undefined && typeof note !== 'string') return 'its note is no text';
  if (status !== 'failed') return undefined;
  if (!isObject(error) || typeof error['code'] !== 'string' || typeof error['message'] !== 'string')
    return 'its error has no code and message';
  if (error['hint'] !== undefined && typeof error['hint'] !== 'string') return 'the hint of its error is no text';
  return (failureClasses as readonly unknown[]).includes(kind) ? undefined : `${show(kind)} is no class of failure`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
