import type { Hooks, Plugin } from '@orch/core/author';

export type TapCalls = Record<keyof Hooks, number>;

/** A plugin that taps every hook and only counts. */
export function tapEverything(): { readonly plugin: Plugin; readonly calls: TapCalls } {
  const calls: TapCalls = {
    beforeRun: 0,
    afterRun: 0,
    beforePhase: 0,
    afterPhase: 0,
    onError: 0,
    onCheckpoint: 0,
    onEvent: 0,
  };
  const plugin: Plugin = {
    name: 'bench',
    contract: 1,
    apply: ({ hooks }) => {
      for (const name of Object.keys(calls) as (keyof Hooks)[]) hooks[name].tap('bench', () => void calls[name]++);
    },
  };
  return { plugin, calls };
}
