import type { Executor, Outcome } from '../executor/executor.ts';
import { ownCopy, withOwnFields } from '../executor/own-copies.ts';
import type { HookCalls, Warn } from '../hooks/hook-calls.ts';
import type { AttemptView, Decision, Memory, OptionKey, RunView } from '../hooks/lifecycle-hooks.ts';
import { dictionary } from '../json.ts';
import type { Json } from '../json.ts';
import type { EventOf, RunEvent, RunStatus } from '../run/event.ts';
import type { RunState, Running } from '../run/state.ts';
import { show } from '../show.ts';
import { copyJson } from '../spec/copy-json.ts';
import { optionValue } from '../spec/phase-keys.ts';
import type { PhaseKeys } from '../spec/phase-keys.ts';
import { kindOf } from './attempt-runner.ts';
import type { ActiveAttempt } from './attempt-runner.ts';
import type { RunRules } from './rules.ts';

export interface RunViewsParts {
  readonly state: RunState;
  readonly resumed: boolean;
  readonly phaseKeys: PhaseKeys;
  /** Journals a value of a plugin; settles when it is committed. */
  readonly record: (plugin: string, key: string, value: Json) => Promise<void>;
  /** Hears of observers that failed. */
  readonly warn: Warn;
  readonly rules: RunRules;
  /** Wall time. */
  readonly now: () => number;
  readonly executorOf: (kind: string) => Executor;
}

/** What the taps of a run get to see: each hook call with its context, made only where somebody listens. */
export class RunViews {
  readonly #parts: RunViewsParts;
  readonly #stopped = new AbortController();

  constructor(parts: RunViewsParts) {
    this.#parts = parts;
  }

  /** Tells taps that the run is stopped or cancelled, or let go. */
  abort(reason: 'stopped' | 'cancelled'): void {
    this.#stopped.abort(reason);
  }

  told(event: RunEvent, hooks: HookCalls): void {
    const { runId, spec } = this.#parts.state;
    hooks.onEvent(event, { runId, workflow: spec.id });
  }

  beforeRun(hooks: HookCalls): Promise<void> {
    return hooks.beforeRun((plugin) => this.#runView(plugin));
  }

  afterRun(hooks: HookCalls, status: RunStatus): Promise<void> {
    return hooks.afterRun((plugin) => ({ ...this.#runView(plugin), status }), this.#parts.warn);
  }

  checkpoint({ name, version }: EventOf<'checkpoint.created'>, hooks: HookCalls): Promise<void> | undefined {
    if (!hooks.tapped.onCheckpoint) return undefined;
    return hooks.onCheckpoint((plugin) => ({ ...this.#runView(plugin), checkpoint: name, version }), this.#parts.warn);
  }

  /** The `beforePhase` taps, and what they changed. */
  async prepare(
    active: ActiveAttempt,
    hooks: HookCalls,
  ): Promise<{ readonly skip: string } | { readonly env: Record<string, string>; readonly cwd?: string }> {
    const env = dictionary<string>();
    const chosen: { cwd?: string } = {};
    const view = this.#attemptViews(active);
    const answer = await hooks.beforePhase((plugin) => {
      const context = { ...view(plugin), env };
      // One value for all taps, each of which has a context of its own.
      return Object.defineProperty(context, 'cwd', {
        enumerable: true,
        get: () => chosen.cwd,
        set: (cwd: string) => {
          chosen.cwd = cwd;
        },
      });
    });
    return answer ?? { env, ...chosen };
  }

  onError(
    active: ActiveAttempt,
    failure: Extract<Outcome, { readonly status: 'failed' }>,
    hooks: HookCalls,
  ): Promise<Decision | undefined> {
    const { exitCode, signal, output } = failure;
    const { rules, state, executorOf } = this.#parts;
    const { phase, attempt } = active;
    const error = {
      ...failure.error,
      phase: active.attempt.phase,
      attempt: active.attempt.number,
      class: failure.class,
      ...(exitCode === undefined ? {} : { exitCode }),
      ...(signal === undefined ? {} : { signal }),
      ...(output === undefined ? {} : { output }),
    };
    const begunAt = state.begunAt[phase]!;
    const ended = { ...(output === undefined ? {} : { output }), ...(exitCode === undefined ? {} : { exitCode }) };
    const more = {
      startedAt: (state.phases[phase] as Running).startedAt,
      elapsedMs: Math.max(0, this.#parts.now() - begunAt),
      tail: async (maxBytes: number) => (await executorOf(kindOf(state, phase)).tail?.(attempt, maxBytes)) ?? '',
      evaluate: (source: string) => rules.evaluate(phase, source, ended),
    };
    const view = this.#attemptViews(active);
    return hooks.onError((plugin) => ({ ...view(plugin), ...more, error: withOwnFields(error) }));
  }

  afterPhase(active: ActiveAttempt, outcome: Outcome, hooks: HookCalls): Promise<void> {
    const view = this.#attemptViews(active);
    return hooks.afterPhase((plugin) => ({ ...view(plugin), outcome: withOwnFields(outcome) }), this.#parts.warn);
  }

  #runView(plugin: string): RunView {
    const { state, resumed } = this.#parts;
    return {
      runId: state.runId,
      workflow: state.spec.id,
      resumed,
      signal: this.#stopped.signal,
      memory: this.#memoryOf(plugin),
    };
  }

  #memoryOf(plugin: string): Memory {
    const { state, record } = this.#parts;
    return {
      get: (key) => ownCopy(state.memory.get(plugin)?.get(key)),
      set: (key, value) => record(plugin, key, storable(key, value)),
    };
  }

  #attemptViews({ attempt, phase, stop }: ActiveAttempt): (plugin: string) => AttemptView {
    const { index, options } = attempt;
    const charged = this.#parts.state.charged[phase]!;
    return (plugin) => ({
      run: this.#runView(plugin),
      phase: attempt.phase,
      ...(index === undefined ? {} : { index }),
      attempt: attempt.number,
      charged,
      signal: stop.signal,
      option: <T>({ key }: OptionKey<T>) =>
        optionValue(this.#parts.phaseKeys, key, ownCopy(options[key])) as T | undefined,
    });
  }
}

/** Throws at once: a tap need not wait for what it remembers, and should hear of this all the same. */
function storable(key: unknown, value: unknown): Json {
  if (typeof key !== 'string') throw new TypeError(`memory.set was given ${show(key)} as its key, which is no text`);
  const copied = copyJson(value);
  if ('value' in copied) return copied.value;
  throw new TypeError(`memory.set(${JSON.stringify(key)}) was given what ${copied.problem}`);
}
