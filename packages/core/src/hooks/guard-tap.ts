import type { Clock } from '../clock.ts';
import { isOrchError, messageOf, orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';
import { withOwnFields } from '../executor/own-copies.ts';
import { checkAnswer } from './check-answer.ts';
import type { ContextFor, HookName, Warn } from './hook-calls.ts';
import { isThenable } from './thenable.ts';

/** A tap as it was registered, named as failures name it. */
export interface RegisteredTap {
  readonly hook: HookName;
  readonly name: string;
  readonly plugin: string;
  readonly timeLimitMs: number;
}

export interface GuardRequest {
  readonly tap: RegisteredTap;
  readonly listen: (context: unknown) => unknown;
  readonly clock: Clock;
}

/**
 * A tap of a deciding hook: what it throws, its time limit and a wrong answer reject. tapable ends a bail hook on
 * anything but `undefined`, a promise included: so the answer is awaited and checked in here.
 */
export function guardDecider({ tap, listen, clock }: GuardRequest): (context: ContextFor<unknown>) => Promise<unknown> {
  return async (context) => {
    const answer = await callWithinLimit(tap, clock, () => listen(context(tap.plugin)));
    const problem = checkAnswer(tap.hook, answer);
    if (problem !== undefined) throw tapFailed(tap, problem);
    return answer;
  };
}

/** A tap of an observing hook: never rejects, so that a failed one does not silence the next. */
export function guardObserver({
  tap,
  listen,
  clock,
}: GuardRequest): (context: ContextFor<unknown>, warn: Warn) => Promise<void> {
  return async (context, warn) => {
    try {
      await callWithinLimit(tap, clock, () => listen(context(tap.plugin)));
    } catch (error) {
      warn({ plugin: tap.plugin, message: messageOf(error) });
    }
  };
}

export interface GuardListenerRequest {
  readonly tap: RegisteredTap;
  readonly listen: (event: object, run: object) => unknown;
  readonly tell: (line: string) => void;
}

/** A tap of `onEvent`: switched off for good by its first failure, which is told once. The event is its own. */
export function guardListener({ tap, listen, tell }: GuardListenerRequest): (event: object, run: object) => void {
  let isOff = false;
  const switchOff = (thrown: unknown): void => {
    if (isOff) return;
    isOff = true;
    tell(`${messageOf(tapFailed(tap, thrown))} (it is switched off)`);
  };
  return (event, run) => {
    if (isOff) return;
    try {
      const answer = listen(withOwnFields(event), withOwnFields(run));
      // Not waited for, but a rejection that nobody hears would end the process.
      if (isThenable(answer)) Promise.resolve(answer).catch(switchOff);
    } catch (thrown) {
      switchOff(thrown);
    }
  };
}

function callWithinLimit(tap: RegisteredTap, clock: Clock, call: () => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown): void => reject(tapFailed(tap, thrown));
    try {
      const answer = call();
      if (!isThenable(answer)) return resolve(answer);
      const cancelTimer = clock.timer(tap.timeLimitMs, () => reject(tapTooSlow(tap)));
      // Stays attached after the limit: a late rejection must not end the process.
      void Promise.resolve(answer).then(resolve, fail).finally(cancelTimer);
    } catch (thrown) {
      fail(thrown);
    }
  });
}

function tapFailed(tap: RegisteredTap, thrown: unknown): OrchError {
  return orchError({
    code: 'ORCH_HOOK_FAILED',
    message: `${called(tap)} failed: ${messageOf(thrown)}`,
    hint: isOrchError(thrown) ? thrown.hint : undefined,
    cause: thrown,
  });
}

function tapTooSlow(tap: RegisteredTap): OrchError {
  return orchError({
    code: 'ORCH_HOOK_TIME_LIMIT',
    message: `${called(tap)} did not settle within its time limit of ${tap.timeLimitMs / 1_000} s.`,
    hint: 'Raise timeLimitMs of the tap, or do the work in a phase.',
  });
}

function called({ hook, name, plugin }: RegisteredTap): string {
  return `The ${hook} tap ${JSON.stringify(name)} of plugin ${JSON.stringify(plugin)}`;
}
