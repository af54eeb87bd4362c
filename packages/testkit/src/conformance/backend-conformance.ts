import { appendCases } from './append-cases.ts';
import { damageCases } from './damage-cases.ts';
import type { BackendCase, Capability } from './backend-case.ts';
import { inboxCases } from './inbox-cases.ts';
import { leaseCases } from './lease-cases.ts';
import { lifeCases } from './life-cases.ts';
import { listCases } from './list-cases.ts';
import { processCases } from './process-cases.ts';
import { readCases } from './read-cases.ts';
import { Subject } from './subject.ts';
import type { BackendUnderTest } from './subject.ts';

export interface BackendConformanceOptions {
  /** The runner's own: `test` of vitest, node:test, Mocha (`it`) … */
  readonly test: (name: string, body: () => Promise<void>) => unknown;
  /** Called for each case: a backend on state of its own. */
  readonly create: () => BackendUnderTest | Promise<BackendUnderTest>;
  /** What the backend, or this test of it, can't do; default: nothing. Their cases are left out, and `skip` hears of each. */
  readonly lacks?: readonly Capability[];
  /** Default: they are not registered. */
  readonly skip?: (name: string) => unknown;
}

/** What the contract of backends means, a case for each rule. */
export const backendCases: readonly BackendCase[] = [
  ...lifeCases,
  ...appendCases,
  ...readCases,
  ...leaseCases,
  ...inboxCases,
  ...listCases,
  ...damageCases,
  ...processCases,
];

/**
 * Registers the cases with a test runner.
 *
 * @example
 * backendConformance({
 *   test,
 *   lacks: ['changed', 'check', 'clock-back', 'damage', 'newer', 'outside', 'processes', 'reopen'],
 *   create: () => ({ backend: myBackend(clock), advance: (ms) => clock.advance(ms), cleanup: () => undefined }),
 * });
 */
export function backendConformance({ test, create, lacks = [], skip }: BackendConformanceOptions): void {
  for (const one of backendCases) {
    const name = `${one.id} ${one.title}`;
    if ([one.needs ?? []].flat().some((need) => lacks.includes(need))) skip?.(name);
    else test(name, () => runBackendCase(one, create));
  }
}

/** Runs one case on a backend of its own. Rejects where the backend breaks the rule. */
export async function runBackendCase(one: BackendCase, create: BackendConformanceOptions['create']): Promise<void> {
  const given = await create();
  const subject = new Subject(given);
  try {
    await given.backend.open();
    await one.run(subject);
  } finally {
    await subject.close();
    await given.cleanup();
  }
}
