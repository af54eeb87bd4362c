import type { FailureClass, Hooks, Plugin } from '@orch/core/author';

/** A deciding hook that could not run. */
export interface HookRow {
  readonly name: string;
  /** Exit code of the command; default 0. */
  readonly exits?: number;
  readonly plugin: Plugin;
  /** Without a class: the run is refused, not the phase. */
  readonly fails: { readonly class?: FailureClass; readonly code: string; readonly says: RegExp };
}

const tapping = (tap: (hooks: Hooks) => void): Plugin => ({
  name: 'guard',
  contract: 1,
  apply: ({ hooks }) => tap(hooks),
});
const refuse = (): never => {
  throw new Error('policy server not reachable');
};
const never = (): Promise<never> => new Promise(() => {});
const reached = /policy server not reachable/;

export const hookRows: readonly HookRow[] = [
  {
    name: 'a beforeRun tap that throws',
    plugin: tapping(({ beforeRun }) => beforeRun.tap('policy', refuse)),
    fails: { code: 'ORCH_HOOK_FAILED', says: reached },
  },
  {
    name: 'a beforeRun tap over its time limit',
    plugin: tapping(({ beforeRun }) => beforeRun.tapPromise({ name: 'policy', timeLimitMs: 50 }, never)),
    fails: { code: 'ORCH_HOOK_FAILED', says: /did not settle within its time limit/ },
  },
  {
    name: 'a beforePhase tap that throws',
    plugin: tapping(({ beforePhase }) => beforePhase.tap('policy', refuse)),
    fails: { class: 'plugin', code: 'ORCH_PHASE_HOOK', says: reached },
  },
  {
    name: 'a beforePhase tap that rejects',
    plugin: tapping(({ beforePhase }) => beforePhase.tapPromise('policy', async () => refuse())),
    fails: { class: 'plugin', code: 'ORCH_PHASE_HOOK', says: reached },
  },
  {
    name: 'a beforePhase tap over its time limit',
    plugin: tapping(({ beforePhase }) => beforePhase.tapPromise({ name: 'policy', timeLimitMs: 50 }, never)),
    fails: { class: 'plugin', code: 'ORCH_PHASE_HOOK', says: /did not settle within its time limit/ },
  },
  {
    name: 'a beforePhase tap with a senseless answer',
    plugin: tapping(({ beforePhase }) => beforePhase.tap('policy', () => 'skip' as never)),
    fails: { class: 'plugin', code: 'ORCH_PHASE_HOOK', says: /policy/ },
  },
  {
    name: 'an onError tap that throws',
    exits: 3,
    plugin: tapping(({ onError }) => onError.tap('policy', refuse)),
    fails: { class: 'plugin', code: 'ORCH_HOOK_FAILED', says: /exit code 3.*policy server not reachable/ },
  },
  {
    name: 'an onError tap over its time limit',
    exits: 3,
    plugin: tapping(({ onError }) => onError.tapPromise({ name: 'policy', timeLimitMs: 50 }, never)),
    fails: { class: 'plugin', code: 'ORCH_HOOK_TIME_LIMIT', says: /exit code 3.*time limit/ },
  },
];
