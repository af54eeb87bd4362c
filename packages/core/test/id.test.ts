import { describe, expect, it } from 'vitest';
import { randomIds, runIdPattern } from '../src/id.ts';

describe('random ids', () => {
  it('are never the same twice, across the pages that they are fetched by', () => {
    const words = Array.from({ length: 1_000 }, () => randomIds.random());
    expect(new Set(words).size).toBe(1_000);
    for (const word of words) expect(word).toMatch(/^[0-9a-f]{16}$/);
  });

  it('of runs are names that the pattern allows, and no words', () => {
    const ids = Array.from({ length: 1_000 }, () => randomIds.runId());
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) {
      expect(id).toMatch(runIdPattern);
      expect(id).toMatch(/^[^aeiou01l]{10}$/);
    }
  });
});
