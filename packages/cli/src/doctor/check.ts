import type { StateFinding } from '@orch/core';

/** One thing that doctor looks at: what is good about it, or what is not. */
export type Check = { readonly ok: string } | { readonly finding: StateFinding };

export function isFinding(check: Check): check is { readonly finding: StateFinding } {
  return 'finding' in check;
}
