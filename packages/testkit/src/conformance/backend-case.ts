import type { NumberedCase } from './numbered-case.ts';
import type { Subject } from './subject.ts';

/** What a backend or its test file may not have; the contract leaves it open. */
export type Capability =
  /** `reopen`: the same state seen by another object, as the next process sees it. */
  | 'reopen'
  /** `advance`: the clock of leases can be moved. */
  | 'clock'
  /** `setBack`: it can be set back. */
  | 'clock-back'
  /** The backend has `changed`. */
  | 'changed'
  /** The backend has `check`. */
  | 'check'
  /** `damage`: a stored run can be spoiled. A backend without storage has nothing to spoil. */
  | 'damage'
  /** `makeNewer`: a stored run can be made one of a later release. Storage of a stated format has this. */
  | 'newer'
  /** `outside`: what lies beside the state can be looked at. */
  | 'outside'
  /** `processes`: other processes can use the same state. State that dies with its process has no others. */
  | 'processes'
  /** Several processes may append under one fence. Core never does it: a fence belongs to the process that took it. */
  | 'shared-fence';

/** One numbered rule of the contract of backends. */
export interface BackendCase extends NumberedCase<Capability> {
  /** Rejects where the backend breaks the rule. The backend is open. */
  readonly run: (subject: Subject) => Promise<void>;
}
