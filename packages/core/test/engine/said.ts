import type { Decision, FailedView } from '../../src/hooks/lifecycle-hooks.ts';
import type { Plugin } from '../../src/hooks/plugin.ts';
import { settled } from './bench.ts';
import type { Bench } from './bench.ts';
import { exits } from './plan-bench.ts';

/** A plugin that decides what becomes of failures. */
export function deciding(decide: (view: FailedView) => Decision | undefined | Promise<Decision | undefined>): Plugin {
  return { name: 'decide', contract: 1, apply: ({ hooks }) => hooks.onError.tap('decide', decide) };
}

export const exit1 = exits(1);
export const secretInput = { inputs: { token: { type: 'string', secret: true } } };

/** The journal of run r as text. */
export async function text(at: Bench): Promise<string> {
  return JSON.stringify(await at.events('r'));
}

export async function statusOf(at: Bench): Promise<Record<string, string>> {
  return Object.fromEntries((await at.orch.show('r')).phases.map(({ name, status }) => [name, status]));
}

/** How a run ended, or what it was refused with; `hangs`: it goes on. */
export async function within(handle: { result(): Promise<{ status: string }> }): Promise<string> {
  let said = 'hangs';
  handle.result().then(
    ({ status }) => (said = status),
    (error: { code?: string; message: string }) => (said = `${error.code} ${error.message}`),
  );
  await settled();
  await settled();
  return said;
}
