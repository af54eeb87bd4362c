import { expect } from 'vitest';
import { parsePlanText, planFormat, type PositionedFinding } from '@orch/plan';
import { plugins } from './plugins.ts';

/** Reads a text in which ⟦ and ⟧ stand around the place of its only finding. */
export async function findingOf(marked: string, file: string): Promise<PositionedFinding> {
  const { findings } = parsePlanText(marked.replaceAll(/[⟦⟧]/g, ''), { plugins, file, format: await planFormat(file) });
  expect(findings).toHaveLength(1);
  const [only] = findings;
  const [before = '', inside = ''] = marked.split(/[⟦⟧]/);
  const lines = before.split('\n');
  expect(only).toMatchObject({
    file,
    offset: before.length,
    length: inside.length,
    line: lines.length,
    column: (lines.at(-1)?.length ?? 0) + 1,
  });
  return only!;
}
