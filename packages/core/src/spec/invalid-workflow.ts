import { orchError } from '../errors/orch-error.ts';

/** What plain JavaScript hands in is anything. */
export type Plain = Readonly<Record<string, unknown>>;

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function describeValue(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
    ? JSON.stringify(value)
    : `a value of type ${typeof value}`;
}

export function invalid(where: string, what: string, hint?: string): Error {
  return orchError({ code: 'ORCH_WORKFLOW_INVALID', message: `${where}: ${what}`, hint });
}
