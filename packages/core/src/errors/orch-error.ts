import type { ErrorCode } from './codes.ts';

const brand = Symbol.for('orch.error');

/** An error that a person can act on. Tell it by {@link isOrchError}, never by `instanceof`: two copies of core are normal. */
export interface OrchError extends Error {
  /** Stable: `ORCH_<DOMAIN>_<WHAT>`. */
  readonly code: string;
  /** What to do next. */
  readonly hint?: string;
  /** The section that explains the code: a place in this repository, until the documentation has one on the web. */
  readonly url?: string;
}

export interface ErrorDescription {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Makes an {@link OrchError}. Every code has an entry in the catalogue and a section in `docs/errors.md`. */
export function orchError({ code, message, hint, cause }: ErrorDescription): OrchError {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  error.name = 'OrchError';
  return Object.assign(error, {
    code,
    ...(hint === undefined ? {} : { hint }),
    url: errorUrl(code),
    [brand]: true,
  });
}

/** The section of the documentation that explains a code. */
export function errorUrl(code: string): string {
  return `docs/errors.md#${code.toLowerCase()}`;
}

/**
 * Whether something that was thrown is an {@link OrchError}, and of this code. Never throws: what says that it is one must
 * have the code, the words and the hint of one, whatever else it is.
 */
export function isOrchError(value: unknown, code?: string): value is OrchError {
  try {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    const { code: own, message, hint } = value as Partial<Record<keyof OrchError, unknown>>;
    const isWhole = typeof own === 'string' && typeof message === 'string';
    return isWhole && (hint === undefined || typeof hint === 'string') && (code === undefined || own === code);
  } catch {
    return false;
  }
}

/** Whether something that was thrown is an error. Never throws, as `instanceof` does of a proxy that does not like it. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

/** The message of anything that was thrown. Never throws: JavaScript throws anything, also what can't be made text. */
export function messageOf(thrown: unknown): string {
  try {
    return String(isError(thrown) ? thrown.message : thrown);
  } catch {
    return 'an object that has no words';
  }
}
