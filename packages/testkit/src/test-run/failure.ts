import type { ErrorCode, FailureClass, Outcome, PhaseError } from '@orch/core/author';

/** On what `failure` throws: two copies of the testkit understand one another. */
const brand = Symbol.for('orch.testkit.failure');

type Failed = Extract<Outcome, { readonly status: 'failed' }>;

const codes: Partial<Record<FailureClass, ErrorCode>> = {
  exit: 'ORCH_PHASE_EXIT',
  signal: 'ORCH_PHASE_SIGNAL',
  timeout: 'ORCH_PHASE_TIMEOUT',
  'invalid-output': 'ORCH_PHASE_OUTPUT',
  interrupted: 'ORCH_PHASE_LOST',
  plugin: 'ORCH_PHASE_HOOK',
};

/**
 * Lets a stub fail as an executor would.
 *
 * @example
 * await testRun(release, { stubs: { test: (attempt) => (attempt < 3 ? failure({ class: 'exit' }) : { passed: 3 }) } });
 */
export function failure(error: Partial<PhaseError> = {}): never {
  const { class: kind = 'unknown', code = codes[kind] ?? 'ORCH_PHASE_THROWN', message = 'A stub failed.' } = error;
  const { hint, signal, exitCode = kind === 'exit' ? 1 : undefined } = error;
  const outcome: Failed = {
    status: 'failed',
    class: kind,
    error: { code, message, ...(hint === undefined ? {} : { hint }) },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
  };
  throw Object.assign(new Error(message), { [brand]: outcome });
}

/** The failure that was thrown, if it was one. */
export function failureIn(thrown: unknown): Failed | undefined {
  return typeof thrown === 'object' && thrown !== null ? (thrown as { [brand]?: Failed })[brand] : undefined;
}
