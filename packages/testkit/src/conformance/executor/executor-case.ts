import type { NumberedCase } from '../numbered-case.ts';
import type { ExecutorSubject } from './executor-subject.ts';

/** What an executor or its test file may not have; the contract leaves it open. */
export type ExecutorCapability =
  /** Work can `give` an output. */
  | 'output'
  /** Work can `resist` the order to end. */
  | 'resist'
  /** The executor has `check`. Without it a plan is not looked at beyond its schemas. */
  | 'check'
  /** The executor has `settle`. Without it nothing of an attempt outlives the process that started it. */
  | 'settle'
  /** The executor has `adopt`; `next` makes another, `begun` counts. Without it every earlier attempt is gone. */
  | 'adopt'
  /** `unseen`: attempts can be out of sight. What everybody sees has none. */
  | 'unseen';

/** One numbered rule of the contract of executors. */
export interface ExecutorCase extends NumberedCase<ExecutorCapability> {
  /** Rejects where the executor breaks the rule. */
  readonly run: (subject: ExecutorSubject) => Promise<void>;
}
