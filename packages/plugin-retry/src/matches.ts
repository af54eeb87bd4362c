import type { FailedView, PhaseError } from '@orch/core/author';
import type { StoredFilter } from './retry-policy.ts';

/** As much of what an attempt printed is looked at, in bytes. */
const tailBytes = 65_536;

type Failure = Pick<PhaseError, 'class' | 'exitCode' | 'signal'>;

/** Whether a failure is one of those that a filter means: it fits any of its lists. What was printed is asked for last. */
export async function matches(filter: StoredFilter, failure: Failure, tail: FailedView['tail']): Promise<boolean> {
  const { classes = [], exit_codes = [], signals = [], pattern } = filter;
  if (classes.includes(failure.class)) return true;
  if (failure.exitCode !== undefined && exit_codes.includes(failure.exitCode)) return true;
  if (failure.signal !== undefined && signals.includes(failure.signal)) return true;
  return pattern !== undefined && new RegExp(pattern, 'u').test(await tail(tailBytes));
}
