import type { Schema } from '../schema.ts';

/** Whether a value speaks Standard Schema v1. */
export function isSchema(value: unknown): value is Schema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<Schema>)['~standard'];
  return standard?.version === 1 && typeof standard.validate === 'function';
}
