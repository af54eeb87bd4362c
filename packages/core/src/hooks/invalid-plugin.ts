import { orchError } from '../errors/orch-error.ts';
import type { OrchError } from '../errors/orch-error.ts';

/** A plugin that does not keep to the contract. */
export function invalidPlugin(plugin: string, what: string, cause?: unknown): OrchError {
  return orchError({ code: 'ORCH_PLUGIN_INVALID', message: `Plugin ${JSON.stringify(plugin)}: ${what}.`, cause });
}
