import type { Json } from '@orch/core/author';
import { expect, test } from 'vitest';
import { issues } from './load.ts';

interface Row {
  readonly schema: Json;
  readonly fits: readonly unknown[];
  /** Each with what is said about it. */
  readonly misfits: readonly (readonly [value: unknown, ...issues: readonly string[]])[];
}

/** A test for each row: of values that a schema lets pass, and of those that it does not. */
export function testRows(rows: Readonly<Record<string, Row>>): void {
  test.each(Object.entries(rows))('%s', async (_, { schema, fits, misfits }) => {
    for (const value of fits) expect({ value, issues: await issues(schema, value) }).toEqual({ value, issues: [] });
    for (const [value, ...expected] of misfits)
      expect({ value, issues: await issues(schema, value) }).toEqual({ value, issues: expected });
  });
}

export const withProto: unknown = JSON.parse('{"__proto__": 1}');
