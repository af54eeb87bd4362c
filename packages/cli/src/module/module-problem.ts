import type { ErrorCode } from '@orch/core';
import type { FilePlace } from './stack-frames.ts';

/** Why a module can't be used. */
export interface ModuleProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  /** Absent: all that is known is the module. */
  readonly place?: FilePlace | undefined;
  /** What was thrown, for the debug log. */
  readonly cause?: unknown;
}
