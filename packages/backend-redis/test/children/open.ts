import type { Backend } from '@orch/core/author';
import { redisBackend } from '../../src/index.ts';

/** How a process of the conformance suite makes a backend on the same state. */
export function open({ url, prefix }: { readonly url: string; readonly prefix: string }): Backend {
  return redisBackend(url, { prefix });
}
