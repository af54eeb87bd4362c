import { orchError } from '@orch/core/author';
import type { Attempt } from '@orch/core/author';
import { processOwner } from '@orch/core/node';

/**
 * Where an attempt's processes would be. `here`: they can be seen. `elsewhere`: they are known to be gone, by a reboot
 * of this machine or by the word of a person. Throws `ORCH_RUN_OTHER_HOST` where nothing can tell.
 */
export function whereStarted({ runId, owner, phase, number }: Attempt, otherHost: boolean): 'here' | 'elsewhere' {
  const self = processOwner();
  if (owner.machine === self.machine) {
    if (owner.boot === self.boot && owner.namespace === self.namespace) return 'here';
    if (owner.boot !== self.boot && owner.boot !== '' && self.boot !== '') return 'elsewhere';
  }
  if (otherHost) return 'elsewhere';
  const place = owner.machine === self.machine ? 'in another container of this machine' : `on ${owner.host}`;
  throw orchError({
    code: 'ORCH_RUN_OTHER_HOST',
    message: `Attempt ${number} of phase ${JSON.stringify(phase)} was started ${place}: whether it still runs can't be seen from here.`,
    hint: `Recover it there; or, once you know that it runs no more: orch recover ${runId} --other-host`,
  });
}
